package io.palitra;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static io.palitra.CallbackTasks.callback;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

@DisplayName("callbacks as tasks")
@Tag("start-on")
class CallbackTasksTests {

	private final List<Object> discarded = new CopyOnWriteArrayList<>();

	private final EventLoopThreadRunner runner = Runners.builder()
		.name("callbacks")
		.onDiscard(this.discarded::add)
		.shutdownGrace(Duration.ZERO)
		.build();

	private final ExecutorService foreign = Executors.newCachedThreadPool(Support::daemon);

	private final AtomicInteger cancelled = new AtomicInteger();

	private final AtomicReference<CompletableFuture<String>> pending = new AtomicReference<>();

	private final AsyncCallable<String> silent = callback((answer) -> {
		this.pending.set(answer);
		return this.cancelled::incrementAndGet;
	});

	@AfterEach
	void close() {
		this.runner.close();
		this.foreign.shutdownNow();
	}

	private CompletableFuture<String> started() {
		CompletableFuture<String> call = this.runner.submit(this.silent);
		// It is listened to: where the task starts on a thread of its own, that may take
		Support.eventually().until(() -> this.pending.get() != null && this.pending.get().getNumberOfDependents() > 0);
		Support.settle(this.runner);
		return call;
	}

	@Test
	void answerIsTheResult() {
		AsyncCallable<String> task = callback((answer) -> {
			this.foreign.execute(() -> answer.complete("answer"));
			return this.cancelled::incrementAndGet;
		});
		assertThat(this.runner.run(task)).isEqualTo("answer");
		assertThat(this.runner.gather(task, task)).containsExactly("answer", "answer");
		assertThat(this.runner.<Object>run(callback((answer) -> {
			answer.complete(null);
			return this.cancelled::incrementAndGet;
		}))).isNull();
		assertThat(this.cancelled).hasValue(0);
		assertThat(this.discarded).isEmpty();
	}

	@Test
	void failureIsThrownC3() {
		IOException failure = new IOException("expected");
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.runner.runChecked(callback((answer) -> {
			this.foreign.execute(() -> answer.completeExceptionally(failure));
			return this.cancelled::incrementAndGet;
		}), IOException.class)).isSameAs(failure);
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.runner.runChecked(callback((answer) -> {
			throw failure;
		}), IOException.class)).isSameAs(failure);
		assertThat(this.cancelled).hasValue(0);
	}

	@Test
	void callThatIsGivenUpCancelsTheClientsOnceC5() {
		CompletableFuture<String> call = started();
		call.cancel(true);
		this.pending.get().completeExceptionally(new IOException("Canceled"));
		assertThat(this.cancelled).hasValue(1);
		assertThat(call).isCancelled();
	}

	@Test
	void failureOfASiblingCancelsTheClientsCallC14() {
		IllegalStateException failure = new IllegalStateException("expected");
		assertThatIllegalStateException()
			.isThrownBy(() -> this.runner.gather(this.silent, () -> CompletableFuture.failedFuture(failure)));
		Support.eventually().untilAsserted(() -> assertThat(this.cancelled).hasValue(1));
	}

	@Test
	void cancellationOfTheClientEndsTheCallC5() {
		CompletableFuture<String> call = started();
		this.pending.get().cancel(false);
		assertThatExceptionOfType(CancellationException.class).isThrownBy(call::join);
	}

	@Test
	void clientThatTellsOfItsCancellationIsCancelledOnceC5() {
		CompletableFuture<String> call = started();
		call.cancel(true);
		assertThat(this.cancelled).hasValue(1);
		this.pending.get().cancel(false);
		this.pending.get().cancel(true);
		assertThat(this.cancelled).hasValue(1);
		this.pending.set(null);
		CompletableFuture<String> other = started();
		this.pending.get().cancel(false);
		this.pending.get().cancel(true);
		assertThatExceptionOfType(CancellationException.class).isThrownBy(other::join);
		assertThat(this.cancelled).hasValue(2);
	}

	@Test
	void callThatIsCancelledWhileItIsStartedIsCancelledOnceItHas() {
		AsyncCallable<String> task = callback((answer) -> {
			Support.get(this.foreign.submit(() -> answer.cancel(true)));
			return this.cancelled::incrementAndGet;
		});
		assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> this.runner.run(task));
		assertThat(this.cancelled).hasValue(1);
	}

	@Test
	void answerOfACallThatCouldNotBeStartedIsDiscardedC11() {
		AtomicReference<CompletableFuture<String>> answered = new AtomicReference<>();
		AsyncCallable<String> task = callback((answer) -> {
			answered.set(answer);
			answer.complete("answer");
			throw new IOException("start");
		});
		assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> this.runner.run(task))
			.withCauseInstanceOf(IOException.class);
		assertThat(this.discarded).containsExactly("answer");
		answered.get().complete("second");
		assertThat(this.discarded).containsExactly("answer", "second");
		AsyncCallable<String> silent = callback((answer) -> {
			answered.set(answer);
			throw new IOException("start");
		});
		assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> this.runner.run(silent))
			.withCauseInstanceOf(IOException.class);
		answered.get().complete("late");
		assertThat(this.discarded).containsExactly("answer", "second", "late");
	}

	@Test
	void answersThatNobodyGetsAreDiscardedC11() {
		CompletableFuture<String> call = started();
		call.cancel(true);
		this.pending.get().complete("late");
		assertThat(this.discarded).containsExactly("late");
		AsyncCallable<String> twice = callback((answer) -> {
			answer.complete("answer");
			answer.complete("second");
			return this.cancelled::incrementAndGet;
		});
		assertThat(this.runner.run(twice)).isEqualTo("answer");
		assertThat(this.discarded).containsExactly("late", "second");
	}

	@Test
	void everyAnswerIsReceivedOrDiscardedWhateverRacesC11() {
		AtomicInteger answered = new AtomicInteger();
		int received = 0;
		for (int round = 0; round < 3_000; round++) {
			try {
				this.runner.run(callback((answer) -> {
					this.foreign.execute(() -> {
						answered.incrementAndGet();
						answer.complete(new Object());
					});
					return this.cancelled::incrementAndGet;
				}), Duration.ofNanos(1 + ThreadLocalRandom.current().nextInt(200_000)));
				received++;
			}
			catch (RunTimeoutException ex) {
				assertThat(ex.getPhase()).isNotNull();
			}
		}
		int all = received;
		Support.eventually().untilAsserted(() -> assertThat(all + this.discarded.size()).isEqualTo(answered.get()));
	}

	@Test
	void nullIsRefusedByName() {
		assertThatNullPointerException().isThrownBy(() -> callback(null)).withMessage("start");
		assertThatNullPointerException().isThrownBy(() -> this.runner.run(callback((answer) -> null)))
			.withMessage("start returned null instead of what cancels");
	}

}
