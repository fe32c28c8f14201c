package io.palitra;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * A program that ends without having closed its runners, see {@link PalitraExitTests}.
 */
public final class LeavesRunners {

	private LeavesRunners() {
	}

	public static void main(String[] args) {
		Palitra.run(() -> CompletableFuture.completedFuture("used"));
		Thread.getAllStackTraces().keySet().forEach(LeavesRunners::check);
		switch (args[0]) {
			case "busy" -> leaveCalls();
			case "wedged" -> wedge();
			case "own" -> EventLoopThreadRunner.create().run(() -> CompletableFuture.completedFuture("used"));
			default -> Palitra.run(() -> CompletableFuture.completedFuture("used"));
		}
		System.out.println("done");
		if (args[0].equals("exit")) {
			System.exit(0);
		}
	}

	/**
	 * The JDK's timer lives as long as the process and must not keep an application.
	 */
	private static void check(Thread thread) {
		if (thread.getName().equals("CompletableFutureDelayScheduler") && thread.getContextClassLoader() != null) {
			System.out.println(thread + " keeps " + thread.getContextClassLoader());
		}
	}

	private static void leaveCalls() {
		for (int i = 0; i < 3; i++) {
			daemon(() -> Palitra.run(CompletableFuture::new));
		}
		CountDownLatch started = new CountDownLatch(1);
		daemon(() -> Palitra.run(() -> {
			started.countDown();
			return new CompletableFuture<>();
		}));
		await(started);
	}

	private static void wedge() {
		CountDownLatch entered = new CountDownLatch(1);
		daemon(() -> Palitra.run(() -> {
			entered.countDown();
			await(new CountDownLatch(1));
			return new CompletableFuture<>();
		}));
		await(entered);
	}

	private static void daemon(Runnable runnable) {
		Thread thread = new Thread(() -> {
			try {
				runnable.run();
			}
			catch (RunnerClosedException ex) {
				// The owner is told that the process ends.
				return;
			}
		});
		thread.setDaemon(true);
		thread.start();
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
