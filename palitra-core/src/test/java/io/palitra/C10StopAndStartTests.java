package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@DisplayName("C10 Shutdown: stop and start")
class C10StopAndStartTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
		.name("restarted")
		.shutdownGrace(Support.LONG)
		.build();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	@Test
	void stoppedRunnerHasNoThreadAndRefusesCalls() {
		Thread thread = Support.threadOf(this.runner);
		this.runner.stop();
		assertThat(thread.isAlive()).isFalse();
		assertThat(this.runner.isAlive()).isFalse();
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.STOPPED);
		assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> this.runner.run(Support.value("x")))
			.withMessageContaining("runner \"restarted\" is stopped; start() starts it again");
		assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> this.runner.getLoop().execute(() -> {
		})).withMessageContaining("is stopped");
	}

	@Test
	void startGivesANewThread() {
		Thread before = Support.threadOf(this.runner);
		this.runner.stop();
		this.runner.start();
		assertThat(this.runner.isAlive()).isTrue();
		assertThat(Support.threadOf(this.runner)).isNotSameAs(before);
		assertThat(Support.threadOf(this.runner).getName()).isEqualTo(before.getName());
		assertThat(this.runner.run(Support.later("value"))).isEqualTo("value");
	}

	@Test
	void stopStopStartCall() {
		// async_to_sync: xloem hangs here
		this.runner.stop();
		this.runner.stop();
		this.runner.start();
		this.runner.start();
		assertThat(this.runner.run(Support.value("value"))).isEqualTo("value");
	}

	@Test
	void startOfARunningRunnerDoesNothing() {
		Thread thread = Support.threadOf(this.runner);
		this.runner.start();
		assertThat(Support.threadOf(this.runner)).isSameAs(thread);
	}

	@Test
	void startOnTheLoopThreadOfARunningRunnerDoesNothing() {
		assertThat(this.runner.run(() -> {
			this.runner.start();
			return CompletableFuture.completedFuture("value");
		})).isEqualTo("value");
	}

	@Test
	void startOnALoopThreadIsRefusedIfThereIsSomethingToStart() {
		try (EventLoopThreadRunner other = EventLoopThreadRunner.create()) {
			this.runner.stop();
			assertThatExceptionOfType(BlockingNotAllowedException.class).isThrownBy(() -> other.run(() -> {
				this.runner.start();
				return CompletableFuture.completedFuture(null);
			})).withMessageContaining("start was refused");
			assertThat(this.runner.isAlive()).isFalse();
		}
	}

	@Test
	void startAfterCloseIsRefused() {
		this.runner.close();
		assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(this.runner::start)
			.withMessage("A closed runner cannot be started: runner \"restarted\" is closed");
		assertThat(this.runner.isAlive()).isFalse();
	}

	@Test
	void startDuringACloseIsRefusedWhenThatIsDone() {
		CompletableFuture<String> source = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> this.runner.run(() -> source));
		Owner<Object> closer = Owner.start(() -> {
			this.runner.close(Support.LONG);
			return null;
		});
		Support.eventually().until(() -> !this.runner.isAlive());
		Owner<Object> starter = Owner.parked(() -> {
			this.runner.start();
			return null;
		});
		source.complete("value");
		owner.value();
		closer.value();
		assertThat(starter.failure()).isInstanceOf(RunnerClosedException.class);
	}

	@Test
	void stopDrainsLikeClose() {
		CompletableFuture<String> source = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> this.runner.run(() -> source));
		Owner<Object> stopper = stopper(this.runner);
		Support.eventually().until(() -> !this.runner.isAlive());
		Support.untilParked(stopper.thread());
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.STOPPING);
		assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> this.runner.run(Support.value("x")))
			.withMessageContaining("is stopping");
		source.complete("value");
		assertThat(owner.value()).isEqualTo("value");
		stopper.value();
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.STOPPED);
	}

	@Test
	void stopCancelsWhatIsLeftAfterTheGrace() {
		try (EventLoopThreadRunner hasty = EventLoopThreadRunner.builder()
			.name("hasty")
			.shutdownGrace(Duration.ofMillis(10))
			.build()) {
			Work<Object> work = new Work<>();
			Owner<Object> owner = Owner.parked(() -> hasty.run(() -> work));
			Support.untilActive(hasty, 1);
			hasty.stop();
			assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class)
				.hasMessageContaining("did not end: runner \"hasty\" is ");
			assertThat(work.cancellations()).containsExactly(true);
			hasty.start();
			assertThat(hasty.run(Support.value("value"))).isEqualTo("value");
		}
	}

	@Test
	void stopOnTheLoopThreadInitiatesAndReturns() {
		Thread thread = Support.threadOf(this.runner);
		assertThat(this.runner.run(() -> {
			this.runner.stop();
			return CompletableFuture.completedFuture(this.runner.isAlive());
		})).isFalse();
		Support.eventually().until(() -> this.runner.snapshot().state() == RunnerState.STOPPED);
		Support.untilDead(thread);
		this.runner.start();
		assertThat(this.runner.run(Support.value("value"))).isEqualTo("value");
	}

	@Test
	void startWaitsForAStopThatTheLoopThreadInitiated() {
		for (int i = 0; i < 20; i++) {
			Thread thread = Support.threadOf(this.runner);
			this.runner.run(() -> {
				this.runner.stop();
				return CompletableFuture.completedFuture(null);
			});
			this.runner.start();
			assertThat(this.runner.run(Support.value("value"))).isEqualTo("value");
			assertThat(Support.threadOf(this.runner)).isNotSameAs(thread);
		}
	}

	@Test
	void startInACommandForTheOwnerEndsTheStopThatWaitsForItsCall() {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch stopping = new CountDownLatch(1);
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> CompletableFuture.supplyAsync(() -> {
			entered.countDown();
			Support.await(stopping);
			this.runner.start();
			return "value";
		}, scope.caller())));
		Support.await(entered);
		Owner<Object> stopper = stopper(this.runner);
		Support.untilParked(stopper.thread());
		stopping.countDown();
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		stopper.value();
		assertThat(this.runner.run(Support.value("value"))).isEqualTo("value");
	}

	@Test
	void closeShortensTheGraceOfAStop() {
		Owner<Object> owner = Owner.parked(() -> this.runner.run(Support.never()));
		Owner<Object> stopper = stopper(this.runner);
		Support.eventually().until(() -> !this.runner.isAlive());
		Support.untilParked(stopper.thread());
		this.runner.close(Duration.ZERO);
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		stopper.value();
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
	}

	@Test
	void closeInsideADependentThatAStopCompletesIsTheLastWord() {
		try (EventLoopThreadRunner hasty = EventLoopThreadRunner.builder().shutdownGrace(Duration.ZERO).build()) {
			hasty.submit(Support.never()).whenComplete((value, ex) -> hasty.close(Duration.ZERO));
			Support.untilActive(hasty, 1);
			hasty.stop();
			Support.eventually().until(() -> hasty.getLoop().isTerminated());
			Support.eventually().until(() -> hasty.snapshot().state() == RunnerState.CLOSED);
		}
	}

	@Test
	void startInsideADependentThatAStopCompletesLeavesNoOwnerHanging() {
		try (EventLoopThreadRunner hasty = EventLoopThreadRunner.builder().shutdownGrace(Duration.ZERO).build()) {
			List<Owner<Object>> owners = new ArrayList<>();
			hasty.submit(Support.never()).whenComplete((value, ex) -> {
				try {
					hasty.start();
					owners.add(Owner.parked(() -> hasty.run(Support.never())));
				}
				catch (IllegalStateException | RunnerClosedException refused) {
					assertThat(refused).hasMessageContaining("start");
				}
			});
			Support.untilActive(hasty, 1);
			hasty.stop();
			if (hasty.isAlive()) {
				hasty.close(Duration.ZERO);
			}
			assertThat(owners)
				.allSatisfy((owner) -> assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class));
		}
	}

	@Test
	void stopAfterCloseDoesNothing() {
		this.runner.close();
		this.runner.stop();
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
	}

	@Test
	void wedgedThreadOfAStoppedRunnerHarmsNoLaterOne() {
		try (EventLoopThreadRunner hasty = EventLoopThreadRunner.builder().shutdownGrace(Duration.ZERO).build()) {
			Thread wedged = Support.threadOf(hasty);
			CountDownLatch release = new CountDownLatch(1);
			CountDownLatch entered = new CountDownLatch(1);
			CompletableFuture<Boolean> inLoop = new CompletableFuture<>();
			hasty.getLoop().execute(() -> {
				entered.countDown();
				Support.await(release);
				inLoop.complete(hasty.getLoop().inEventLoop());
			});
			Support.await(entered);
			AtomicInteger calls = new AtomicInteger();
			CompletableFuture<Integer> queued = hasty
				.submit(() -> CompletableFuture.completedFuture(calls.incrementAndGet()));
			hasty.stop();
			hasty.start();
			assertThat(hasty.run(Support.value("value"))).isEqualTo("value");
			assertThat(queued).isCompletedExceptionally();
			assertThat(wedged.isAlive()).isTrue();
			release.countDown();
			Support.untilDead(wedged);
			assertThat(Support.get(inLoop)).isFalse();
			assertThat(hasty.isAlive()).isTrue();
			assertThat(hasty.run(Support.value("value"))).isEqualTo("value");
			assertThat(calls).hasValue(0);
		}
	}

	@Test
	void timersOfAStoppedRunnerAreCancelled() {
		Future<String> timer = this.runner.getLoop().schedule(() -> "x", 1, TimeUnit.HOURS);
		this.runner.stop();
		assertThat(timer.isCancelled()).isTrue();
		this.runner.start();
		assertThat(Support.get(this.runner.getLoop().schedule(() -> "y", 1, TimeUnit.MILLISECONDS))).isEqualTo("y");
	}

	@Test
	void awaitThatWasPreparedBeforeARestartIsRefused() {
		AtomicReference<EventLoopThreadRunner> self = new AtomicReference<>();
		EventLoopThreadRunner restarted = EventLoopThreadRunner.builder().listener(new RunListener() {

			@Override
			public void onSubmit(RunEvent run) {
				// The call has been made, and not entered yet
				self.get().stop();
				self.get().start();
			}

		}).build();
		try (restarted) {
			self.set(restarted);
			assertThatExceptionOfType(RunnerClosedException.class)
				.isThrownBy(() -> restarted.await(new CompletableFuture<>()))
				.withMessageContaining("has been started anew since");
			assertThat(restarted.snapshot().active()).isZero();
		}
	}

	@Test
	void callThatWasPreparedBeforeARestartIsRefused() {
		AtomicReference<EventLoopThreadRunner> self = new AtomicReference<>();
		AtomicInteger calls = new AtomicInteger();
		EventLoopThreadRunner restarted = EventLoopThreadRunner.builder().listener(new RunListener() {

			@Override
			public void onSubmit(RunEvent run) {
				if (calls.get() == 0 && run.getTaskName().equals("late")) {
					self.get().stop();
					self.get().start();
				}
			}

		}).build();
		try (restarted) {
			self.set(restarted);
			assertThatExceptionOfType(RunnerClosedException.class)
				.isThrownBy(() -> restarted.run(() -> CompletableFuture.completedFuture(calls.incrementAndGet()),
						RunOptions.defaults().name("late")));
			assertThat(calls).hasValue(0);
			assertThat(restarted.run(Support.value("value"))).isEqualTo("value");
		}
	}

	@Test
	void restartingMayRaceCallsFromManyThreads() {
		int threads = 4;
		CyclicBarrier together = new CyclicBarrier(threads + 1);
		List<Owner<int[]>> owners = IntStream.range(0, threads).mapToObj((number) -> Owner.start(() -> {
			int[] counts = new int[2];
			Support.await(together);
			for (int i = 0; i < 500; i++) {
				try {
					assertThat(this.runner.run(Support.value(i))).isEqualTo(i);
					counts[0]++;
				}
				catch (RunnerClosedException ex) {
					counts[1]++;
				}
			}
			return counts;
		})).toList();
		Support.await(together);
		for (int i = 0; i < 50; i++) {
			this.runner.stop();
			this.runner.start();
		}
		for (Owner<int[]> owner : owners) {
			assertThat(owner.value()[0] + owner.value()[1]).isEqualTo(500);
		}
		assertThat(this.runner.run(Support.value("value"))).isEqualTo("value");
		assertThat(this.runner.snapshot().calls()).isEmpty();
	}

	@Test
	void stoppingAndStartingMayRace() {
		int threads = 4;
		CyclicBarrier together = new CyclicBarrier(threads);
		List<Owner<Object>> owners = IntStream.range(0, threads).mapToObj((number) -> Owner.<Object>start(() -> {
			Support.await(together);
			for (int i = 0; i < 50; i++) {
				if ((i + number) % 2 == 0) {
					this.runner.stop();
				}
				else {
					this.runner.start();
				}
			}
			return null;
		})).toList();
		owners.forEach(Owner::value);
		this.runner.start();
		assertThat(this.runner.run(Support.value("value"))).isEqualTo("value");
	}

	private static Owner<Object> stopper(EventLoopThreadRunner runner) {
		return Owner.start(() -> {
			runner.stop();
			return null;
		});
	}

	@Test
	void graceIsNotThatOfAnEarlierStopWhichAnInterruptHasEnded() {
		try (EventLoopThreadRunner patient = EventLoopThreadRunner.builder()
			.name("patient")
			.shutdownGrace(Support.PATIENCE)
			.build()) {
			Owner<Object> given = Owner.parked(() -> patient.run(Support.never()));
			Thread.currentThread().interrupt();
			patient.stop();
			assertThat(Thread.interrupted()).isTrue();
			assertThat(given.failure()).isInstanceOf(RunnerClosedException.class);
			patient.start();
			CompletableFuture<String> work = new CompletableFuture<>();
			Owner<String> owner = Owner.start(() -> patient.run(() -> work));
			Support.untilActive(patient, 1);
			Owner<Object> stopper = Owner.start(() -> {
				patient.stop();
				return null;
			});
			// The closer looks, then waits within the grace
			Support.untilParked(stopper.thread());
			work.complete("value");
			assertThat(owner.value()).isEqualTo("value");
			stopper.value();
		}
	}

}
