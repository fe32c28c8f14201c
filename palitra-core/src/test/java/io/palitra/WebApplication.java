package io.palitra;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * What an application does with palitra until it is undeployed, see {@link Redeploys}.
 * Without code of its own on any thread of the JDK's, which would keep its class loader
 * whatever palitra does.
 */
public final class WebApplication implements Consumer<String> {

	@Override
	public void accept(String how) {
		switch (how) {
			case "run" -> own((runner) -> runner.run(() -> CompletableFuture.completedFuture("x")));
			case "timeout" -> own(WebApplication::timeOut);
			case "submit" -> own((runner) -> join(runner.submit(() -> runner.getLoop().newFuture(),
					RunOptions.defaults().timeout(Duration.ofMillis(50)))));
			case "slow" -> own((runner) -> runner.run(() -> {
				long since = System.nanoTime();
				while (System.nanoTime() - since < 300_000_000) {
					Thread.onSpinWait();
				}
				return CompletableFuture.completedFuture("x");
			}));
			case "timers" -> own((runner) -> join(
					CompletableFuture.allOf(runner.submit(() -> later(runner)), runner.submit(() -> later(runner)))));
			case "gather" -> own((runner) -> runner.gather(
					List.of(() -> CompletableFuture.completedFuture("x"), () -> later(runner)),
					RunOptions.defaults().timeout(Duration.ofSeconds(10))));
			case "late dependents" -> lateDependents();
			case "global" -> Palitra.run(() -> CompletableFuture.completedFuture("x"));
			default -> {
				Palitra.run(() -> CompletableFuture.completedFuture("x"));
				Palitra.shutdownGlobalRunner();
			}
		}
	}

	private static void own(Consumer<EventLoopThreadRunner> use) {
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
			.name("web")
			.timeout(Duration.ofSeconds(30))
			.build()) {
			use.accept(runner);
		}
	}

	private static void timeOut(EventLoopThreadRunner runner) {
		try {
			runner.run(() -> runner.getLoop().newFuture(), Duration.ofMillis(50));
		}
		catch (RunTimeoutException ex) {
			System.out.println("timed out");
		}
	}

	private static CompletableFuture<Object> later(EventLoopThreadRunner runner) {
		CompletableFuture<Object> future = runner.getLoop().newFuture();
		runner.getLoop().schedule(() -> future.complete("x"), 20, TimeUnit.MILLISECONDS);
		return future;
	}

	private static void join(CompletableFuture<?> future) {
		// Handled here, not by a class of the JDK's that would keep what is thrown
		future.handle((value, failure) -> "ended").join();
	}

	/**
	 * Runs dependents on the container's thread, which outlives the application.
	 */
	private static void lateDependents() {
		AtomicReference<CompletableFuture<String>> fork = new AtomicReference<>();
		own((runner) -> runner.runScoped((scope) -> {
			fork.set(scope.fork(() -> CompletableFuture.completedFuture("x")));
			return fork.get();
		}));
		fork.get().thenApply((value) -> value + "y").thenAccept((value) -> System.out.println("late " + value));
	}

}
