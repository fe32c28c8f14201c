package io.palitra.sample.cli;

import java.io.PrintStream;
import java.time.Duration;

import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * A progress bar for those who have been waiting. It leaves nothing behind.
 */
final class Progress implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(1);

	/**
	 * A character less than a terminal has at least.
	 */
	private static final int WIDTH = 79;

	private final long start = System.nanoTime();

	private final PrintStream out;

	private final ProgressBar bar;

	private boolean visible;

	Progress(PrintStream out, int urls, boolean visible) {
		this.out = out;
		this.visible = visible;
		this.bar = new ProgressBarBuilder().setTaskName("Fetching")
			.setInitialMax(urls)
			.setStyle(ProgressBarStyle.ASCII)
			.setUpdateIntervalMillis(200)
			.continuousUpdate()
			.setConsumer(new DelegatingProgressBarConsumer(this::draw, WIDTH))
			.build();
	}

	private synchronized void draw(String line) {
		if (this.visible && System.nanoTime() - this.start > PATIENCE.toNanos()) {
			this.out.print("\r" + line);
			this.out.flush();
		}
	}

	void step() {
		this.bar.step();
	}

	/**
	 * Erases the bar, which is not drawn again, even if an interrupt keeps the library
	 * from waiting for its own thread.
	 */
	@Override
	public void close() {
		this.bar.close();
		synchronized (this) {
			draw(" ".repeat(WIDTH) + "\r");
			this.visible = false;
		}
	}

}
