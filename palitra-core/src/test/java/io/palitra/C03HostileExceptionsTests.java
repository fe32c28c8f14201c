package io.palitra;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An exception is anybody's code too. The owner gets that instance, not what it throws
 * when it is asked something.
 */
@DisplayName("C3 Exceptions: those that throw when they are asked something")
class C03HostileExceptionsTests {

	private static final List<String> METHODS = List.of("getMessage", "getLocalizedMessage", "toString", "getCause",
			"hashCode", "equals", "fillInStackTrace", "getStackTrace", "setStackTrace", "initCause", "printStackTrace");

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
		.name("hostile")
		.hangThreshold(Support.LONG)
		.shutdownGrace(Duration.ZERO)
		.build();

	@AfterEach
	void close() {
		this.runner.close();
	}

	static Stream<Arguments> everyWayAndMethod() {
		return Stream.of(Way.values()).flatMap((way) -> METHODS.stream().map((method) -> Arguments.of(way, method)));
	}

	@ParameterizedTest
	@MethodSource("everyWayAndMethod")
	void ownerGetsTheInstance(Way way, String method) {
		for (int i = 0; i < 10; i++) {
			HostileException failure = new HostileException(method);
			Owner<Object> thrown = Owner.start(() -> endOf(way, () -> {
				throw failure;
			}));
			// Compared here, since a comparison that fails would describe it
			assertThat(thrown.value() == failure).as("thrown by the task").isTrue();
			Owner<Object> done = Owner.start(() -> endOf(way, Support.failure(failure)));
			assertThat(done.value() == failure).as("of a stage that is done").isTrue();
			Owner<Object> later = Owner.start(() -> endOf(way, () -> {
				CompletableFuture<Object> stage = new CompletableFuture<>();
				Thread completer = new Thread(() -> stage.completeExceptionally(failure));
				// What the JDK's own classes make of it is not what this is about
				completer.setUncaughtExceptionHandler((thread, ex) -> assertThat(ex).isNotNull());
				completer.start();
				return stage;
			}));
			assertThat(later.value() == failure).as("of a stage that fails later").isTrue();
		}
		assertThat(this.runner.run(Support.value("next"))).isEqualTo("next");
		Support.eventually().until(() -> this.runner.snapshot().active() == 0);
	}

	private Object endOf(Way way, AsyncCallable<Object> task) {
		try {
			return way.call(this.runner, task);
		}
		catch (ExecutionException ex) {
			return ex.getCause();
		}
		catch (Throwable ex) {
			return ex;
		}
	}

	@Test
	void lateFailureIsCounted() {
		for (String method : METHODS) {
			long before = this.runner.snapshot().discarded();
			Work<Object> work = Work.stubborn();
			Support.timeoutWhileRunning(this.runner, (limit) -> this.runner.run(() -> work, limit));
			Thread completer = new Thread(() -> work.completeExceptionally(new HostileException(method)));
			completer.setUncaughtExceptionHandler((thread, ex) -> assertThat(ex).isNotNull());
			completer.start();
			Support.eventually().until(() -> this.runner.snapshot().discarded() == before + 1);
			Support.eventually().until(() -> this.runner.snapshot().active() == 0);
		}
	}

	@Test
	void outcomeThatHoldsOneCanBeTaken() {
		HostileException failure = new HostileException("toString");
		List<Outcome<Object>> outcomes = this.runner.gatherOutcomes(Support.failure(failure), Support.value("x"));
		assertThat(((Outcome.Failure<Object>) outcomes.get(0)).exception() == failure).isTrue();
		assertThat(outcomes.get(1)).isEqualTo(new Outcome.Success<>("x"));
	}

	@Test
	void limitOfANanosecondDoesNotSayThatTheLoopWasHeldForNoTime() {
		for (int i = 0; i < 200; i++) {
			try {
				this.runner.run(Support.value("x"), Duration.ofNanos(1));
			}
			catch (RunTimeoutException ex) {
				assertThat(ex).hasMessageContaining("did not end within 1 ns");
				assertThat(ex.getMessage()).doesNotContain("held for 0 ns");
			}
		}
	}

	@Test
	void limitOfANanosecondOnAnIdleLoopDoesNotSayThatItWasHeld() {
		// A task that the loop never gets to does not hold it
		for (int i = 0; i < 50; i++) {
			Support.settle(this.runner);
			try {
				this.runner.run(Support.never(), Duration.ofNanos(1));
			}
			catch (RunTimeoutException ex) {
				assertThat(ex.getMessage()).doesNotContain("has been held");
			}
		}
	}

	/**
	 * One of whose methods throws, once it has been made.
	 */
	private static final class HostileException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final String method;

		HostileException(String method) {
			super("hostile");
			this.method = method;
		}

		private void called(String method) {
			if (method.equals(this.method)) {
				throw new UnsupportedOperationException(method);
			}
		}

		@Override
		public String getMessage() {
			called("getMessage");
			return super.getMessage();
		}

		@Override
		public String getLocalizedMessage() {
			called("getLocalizedMessage");
			return super.getLocalizedMessage();
		}

		@Override
		public boolean equals(Object other) {
			called("equals");
			return super.equals(other);
		}

		@Override
		public int hashCode() {
			called("hashCode");
			return super.hashCode();
		}

		@Override
		public String toString() {
			called("toString");
			return super.toString();
		}

		@Override
		public synchronized Throwable getCause() {
			called("getCause");
			return super.getCause();
		}

		@Override
		public synchronized Throwable fillInStackTrace() {
			called("fillInStackTrace");
			return super.fillInStackTrace();
		}

		@Override
		public StackTraceElement[] getStackTrace() {
			called("getStackTrace");
			return super.getStackTrace();
		}

		@Override
		public void setStackTrace(StackTraceElement[] stackTrace) {
			called("setStackTrace");
			super.setStackTrace(stackTrace);
		}

		@Override
		public synchronized Throwable initCause(Throwable cause) {
			called("initCause");
			return super.initCause(cause);
		}

		@Override
		public void printStackTrace(PrintStream stream) {
			called("printStackTrace");
			super.printStackTrace(stream);
		}

		@Override
		public void printStackTrace(PrintWriter writer) {
			called("printStackTrace");
			super.printStackTrace(writer);
		}

	}

	/**
	 * How a task is run.
	 */
	enum Way {

		RUN {

			@Override
			Object call(EventLoopThreadRunner runner, AsyncCallable<Object> task) {
				return runner.run(task);
			}

		},

		RUN_CHECKED {

			@Override
			Object call(EventLoopThreadRunner runner, AsyncCallable<Object> task) {
				return runner.runChecked(task, RuntimeException.class);
			}

		},

		FORK {

			@Override
			Object call(EventLoopThreadRunner runner, AsyncCallable<Object> task) {
				return runner.runScoped((scope) -> scope.fork(task));
			}

		},

		GATHER {

			@Override
			Object call(EventLoopThreadRunner runner, AsyncCallable<Object> task) {
				return runner.gather(task, Support.never());
			}

		},

		GATHER_OUTCOMES {

			@Override
			Object call(EventLoopThreadRunner runner, AsyncCallable<Object> task) {
				return runner.gatherOutcomes(Support.later("other"), task).get(1).orElseThrow();
			}

		},

		SUBMIT {

			@Override
			Object call(EventLoopThreadRunner runner, AsyncCallable<Object> task) throws Exception {
				// Handled: get() would have the JDK ask the exception for its text
				Throwable failure = Support.<Throwable>get(runner.submit(task).handle((value, exception) -> exception));
				throw Support.<RuntimeException>sneaky(failure);
			}

		};

		abstract Object call(EventLoopThreadRunner runner, AsyncCallable<Object> task) throws Exception;

	}

}
