package io.palitra;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How a call ends.
 */
enum CallEnd {

	VALUE {

		@Override
		void bringAbout(EventLoopThreadRunner runner, Owner<?> owner, CompletableFuture<String> work) {
			work.complete("value");
		}

		@Override
		void verify(Owner<String> owner) {
			assertThat(owner.value()).isEqualTo("value");
		}

	},

	FAILURE {

		@Override
		void bringAbout(EventLoopThreadRunner runner, Owner<?> owner, CompletableFuture<String> work) {
			work.completeExceptionally(new IllegalStateException("failure"));
		}

		@Override
		void verify(Owner<String> owner) {
			assertThat(owner.failure()).isInstanceOf(IllegalStateException.class);
		}

	},

	CANCELLED {

		@Override
		void bringAbout(EventLoopThreadRunner runner, Owner<?> owner, CompletableFuture<String> work) {
			work.cancel(false);
		}

		@Override
		void verify(Owner<String> owner) {
			assertThat(owner.failure()).isInstanceOf(CancellationException.class);
		}

	},

	TIMEOUT {

		@Override
		RunOptions options() {
			return RunOptions.defaults().timeout(Support.UNHURRIED);
		}

		@Override
		void bringAbout(EventLoopThreadRunner runner, Owner<?> owner, CompletableFuture<String> work) {
		}

		@Override
		void untilBroughtAbout(EventLoopThreadRunner runner, RunScope scope) {
			Support.eventually().until(() -> scope.remaining().orElseThrow().isZero());
		}

		@Override
		void verify(Owner<String> owner) {
			assertThat(owner.failure()).isInstanceOf(RunTimeoutException.class);
		}

	},

	INTERRUPT {

		@Override
		void bringAbout(EventLoopThreadRunner runner, Owner<?> owner, CompletableFuture<String> work) {
			owner.interrupt();
		}

		@Override
		void verify(Owner<String> owner) {
			assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		}

	},

	CLOSE {

		@Override
		void bringAbout(EventLoopThreadRunner runner, Owner<?> owner, CompletableFuture<String> work) {
			runner.close(Duration.ZERO);
		}

		@Override
		void untilBroughtAbout(EventLoopThreadRunner runner, RunScope scope) {
			Support.eventually().until(scope::isCancelled);
		}

		@Override
		void verify(Owner<String> owner) {
			assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		}

	};

	RunOptions options() {
		return RunOptions.defaults();
	}

	abstract void bringAbout(EventLoopThreadRunner runner, Owner<?> owner, CompletableFuture<String> work);

	void untilBroughtAbout(EventLoopThreadRunner runner, RunScope scope) {
	}

	/**
	 * Whether nobody wants the result any more, as far as the runner is concerned.
	 */
	boolean isCancellation() {
		return compareTo(TIMEOUT) >= 0;
	}

	abstract void verify(Owner<String> owner);

}
