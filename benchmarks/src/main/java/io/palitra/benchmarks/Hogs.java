package io.palitra.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Processes that keep a processor busy each, as others do on a machine that is shared.
 */
public final class Hogs implements AutoCloseable {

	private final List<Process> processes = new ArrayList<>();

	Hogs(int count) throws IOException {
		for (int i = 0; i < count; i++) {
			this.processes
				.add(Jvm.with(List.of("-Xmx16m", "-cp", System.getProperty("java.class.path"), Hogs.class.getName()))
					.start());
		}
	}

	@Override
	public void close() {
		this.processes.forEach(Process::destroyForcibly);
	}

	/**
	 * Is a hog until whoever has started it ends it, or is gone.
	 */
	public static void main(String[] args) throws IOException {
		Thread hog = new Thread(() -> {
			while (true) {
				Thread.onSpinWait();
			}
		}, "hog");
		hog.setDaemon(true);
		hog.start();
		System.in.read();
	}

}
