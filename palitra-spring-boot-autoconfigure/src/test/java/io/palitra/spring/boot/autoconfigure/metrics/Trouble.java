package io.palitra.spring.boot.autoconfigure.metrics;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;

import static org.awaitility.Awaitility.await;

/**
 * What can befall an application, and the alert for it.
 */
enum Trouble {

	/**
	 * All is well, under load.
	 */
	NONE(null) {

		@Override
		void befall(EventLoopThreadRunner runner, Callers callers) {
			callers.call(() -> succeed(runner));
		}

	},

	/**
	 * Each call is there when the loop is let go.
	 */
	HELD_WITH_LONG_TIMEOUTS("PalitraLoopHeld", "palitra.runner.timeout=1h") {

		@Override
		void befall(EventLoopThreadRunner runner, Callers callers) {
			block(runner);
			callers.call(() -> succeed(runner));
		}

	},

	/**
	 * Calls leave the queue long before.
	 */
	HELD_WITH_SHORT_TIMEOUTS("PalitraLoopHeld", "palitra.runner.timeout=100ms") {

		@Override
		void befall(EventLoopThreadRunner runner, Callers callers) {
			block(runner);
			callers.call(() -> succeed(runner));
		}

	},

	/**
	 * The calls that hold all permits and the loop, too.
	 */
	HELD_AND_REJECTING("PalitraLoopHeld", "palitra.runner.timeout=1h", "palitra.runner.max-in-flight=2",
			"palitra.runner.overload-policy=reject") {

		@Override
		void befall(EventLoopThreadRunner runner, Callers callers) {
			block(runner);
			callers.call(() -> succeed(runner));
		}

	},

	FULL_AND_WAITING("PalitraRunnerFull", "palitra.runner.timeout=1h", "palitra.runner.max-in-flight=2") {

		@Override
		void befall(EventLoopThreadRunner runner, Callers callers) {
			callers.call(() -> runner.run(CompletableFuture::new));
		}

	},

	FULL_AND_REJECTING("PalitraRunnerFull", "palitra.runner.timeout=1h", "palitra.runner.max-in-flight=2",
			"palitra.runner.overload-policy=reject") {

		@Override
		void befall(EventLoopThreadRunner runner, Callers callers) {
			callers.call(() -> runner.run(CompletableFuture::new));
		}

	},

	/**
	 * A few calls whose clients ignore that they were given up have taken all permits.
	 */
	FULL_OF_ABANDONED_WORK("PalitraRunnerFull", "palitra.runner.timeout=200ms", "palitra.runner.max-in-flight=2") {

		@Override
		void befall(EventLoopThreadRunner runner, Callers callers) {
			callers.call(() -> runner.run(Deaf::new));
		}

	},

	ABANDONED_WORK("PalitraAbandonedWork") {

		@Override
		void befall(EventLoopThreadRunner runner, Callers callers) {
			callers.call(() -> succeed(runner));
			for (int call = 0; call < 3; call++) {
				runner.submit(Deaf::new).cancel(true);
				runner.submit(Deaf::new, RunOptions.defaults().timeout(Duration.ofMillis(100)));
			}
		}

	},

	DEAD("PalitraRunnerDown") {

		@Override
		boolean canBefall() {
			return Runtime.version().feature() < 20;
		}

		@Override
		void befall(EventLoopThreadRunner runner, Callers callers) throws Exception {
			killLoop(runner);
			callers.call(() -> succeed(runner));
		}

	},

	/**
	 * Nothing of the application shows it.
	 */
	DEAD_WITHOUT_CALLS("PalitraRunnerDown") {

		@Override
		boolean canBefall() {
			return Runtime.version().feature() < 20;
		}

		@Override
		void befall(EventLoopThreadRunner runner, Callers callers) throws Exception {
			killLoop(runner);
		}

	},

	STOPPED("PalitraRunnerDown") {

		@Override
		void befall(EventLoopThreadRunner runner, Callers callers) {
			runner.stop();
			callers.call(() -> succeed(runner));
		}

	};

	private final @Nullable String alert;

	private final List<String> properties;

	Trouble(@Nullable String alert, String... properties) {
		this.alert = alert;
		this.properties = List.of(properties);
	}

	abstract void befall(EventLoopThreadRunner runner, Callers callers) throws Exception;

	/**
	 * Returns whether this JVM has the means: since 20 no thread can be stopped.
	 */
	boolean canBefall() {
		return true;
	}

	List<String> alerts() {
		return (this.alert != null) ? List.of(this.alert) : List.of();
	}

	List<String> properties() {
		return this.properties;
	}

	/**
	 * Kills the loop's thread while it sleeps: in the last moments of a task, the error
	 * would be the task's own.
	 */
	private static void killLoop(EventLoopThreadRunner runner) throws Exception {
		Thread thread = runner.run(() -> CompletableFuture.completedFuture(Thread.currentThread()));
		await().atMost(Duration.ofSeconds(30)).until(() -> thread.getState() == Thread.State.TIMED_WAITING);
		Thread.class.getMethod("stop").invoke(thread);
	}

	private static void block(EventLoopThreadRunner runner) {
		CountDownLatch never = new CountDownLatch(1);
		runner.submit(() -> {
			never.await();
			return CompletableFuture.completedFuture("never");
		});
	}

	private static void succeed(EventLoopThreadRunner runner) {
		runner.run(() -> CompletableFuture.completedFuture("result"));
	}

	/**
	 * Work that does not heed that it is given up.
	 */
	private static final class Deaf extends CompletableFuture<String> {

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			return false;
		}

	}

}
