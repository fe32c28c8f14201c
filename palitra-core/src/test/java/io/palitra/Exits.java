package io.palitra;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;

/**
 * Ends its JVM inside a call, while a shutdown hook closes the runner.
 */
public final class Exits {

	private Exits() {
	}

	public static void main(String[] args) {
		// By one line: what the JVM itself says of them comes between the others.
		Thread.setDefaultUncaughtExceptionHandler((thread, ex) -> System.out.println("uncaught: " + ex));
		EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
			.shutdownGrace(Duration.ofMinutes(5))
			.slowTaskThreshold(Duration.ofHours(1))
			.build();
		// A call that can end keeps its grace, where the loop can serve it
		CompletableFuture<String> kept = new CompletableFuture<>();
		CountDownLatch ended = new CountDownLatch(1);
		Thread other = new Thread(() -> {
			String end;
			try {
				end = runner.run(() -> kept);
			}
			catch (RunnerClosedException ex) {
				end = "closed";
			}
			System.out.println("the other has ended: " + end);
			ended.countDown();
		});
		other.setDaemon(true);
		other.start();
		while (runner.snapshot().active() == 0) {
			Thread.onSpinWait();
		}
		Runtime.getRuntime().addShutdownHook(new Thread(() -> {
			Thread later = new Thread(() -> {
				while (runner.snapshot().state() == RunnerState.RUNNING) {
					Thread.onSpinWait();
				}
				kept.complete("kept");
			});
			later.start();
			runner.close();
			System.out.println("closed");
			await(ended);
		}));
		Executor inPlace = Runnable::run;
		switch (args[0]) {
			case "hop" -> runner.runScoped((scope) -> CompletableFuture.runAsync(() -> System.exit(0), scope.caller()));
			case "caller" -> runner.run(Exits::exit, RunOptions.defaults().startOn(inPlace));
			case "submitted" -> {
				runner.submit(Exits::exit, RunOptions.defaults().startOn((command) -> new Thread(command).start()));
				await(new CountDownLatch(1));
			}
			case "in-place" -> runner.submit(Exits::exit, RunOptions.defaults().startOn(inPlace));
			case "gathered" -> runner.gather(BlockingTasks.blocking(Exits::exit), CompletableFuture::new);
			case "command" -> {
				kept.complete("kept");
				await(ended);
				runner.getLoop().execute(Exits::exit);
				await(new CountDownLatch(1));
			}
			case "clean-up" -> {
				kept.complete("kept");
				await(ended);
				runner.onClose(Exits::exit);
				runner.close();
			}
			case "closer" -> {
				kept.complete("kept");
				await(ended);
				runner.submit(CompletableFuture::new).whenComplete((value, failure) -> exit());
				runner.close(Duration.ZERO);
			}
			case "nested" -> runner.runScoped((scope) -> CompletableFuture
				.supplyAsync(() -> runner.run(Exits::exit, RunOptions.defaults().startOn(inPlace)), scope.caller()));
			default -> {
				kept.complete("kept");
				runner.run(Exits::exit);
			}
		}
	}

	private static CompletableFuture<Object> exit() {
		System.exit(0);
		return new CompletableFuture<>();
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
