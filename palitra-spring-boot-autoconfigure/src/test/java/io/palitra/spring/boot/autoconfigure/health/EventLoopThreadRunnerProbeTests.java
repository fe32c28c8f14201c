package io.palitra.spring.boot.autoconfigure.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.palitra.EventLoop;
import io.palitra.EventLoopThreadRunner;
import io.palitra.RunnerClosedException;
import io.palitra.RunnerSnapshot;
import io.palitra.RunnerState;
import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willReturn;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link EventLoopThreadRunnerProbe}.
 */
class EventLoopThreadRunnerProbeTests {

	/**
	 * For a loop that is expected to answer, however busy the machine is.
	 */
	private static final Duration PATIENT = Duration.ofSeconds(30);

	/**
	 * For a loop that is expected not to answer; long enough for the runner to tell what
	 * holds it.
	 */
	private static final Duration IMPATIENT = Duration.ofMillis(200);

	private final CountDownLatch release = new CountDownLatch(1);

	private EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
		.name("probed")
		.shutdownGrace(Duration.ZERO)
		.build();

	@AfterEach
	void close() {
		this.release.countDown();
		this.runner.close();
	}

	@Test
	void upIfTheLoopAnswers() {
		EventLoopThreadRunnerProbe.Result health = health(PATIENT);
		assertThat(health.status()).isEqualTo("UP");
		assertThat(health.details()).containsOnlyKeys("responseTime", "state", "thread", "pending", "active")
			.containsEntry("state", RunnerState.RUNNING)
			.containsEntry("thread", "palitra-probed")
			.containsEntry("pending", 0)
			.containsEntry("active", 0);
		assertThat(Duration.parse((String) health.details().get("responseTime"))).isPositive();
	}

	@Test
	void showsCallsThatAreActiveAndPending() throws Exception {
		this.runner.submit(CompletableFuture::new);
		await().atMost(PATIENT).until(() -> this.runner.snapshot().active() == 1);
		hold();
		this.runner.submit(CompletableFuture::new);
		assertThat(health(IMPATIENT).details()).containsEntry("active", 1).containsEntry("pending", 1);
	}

	@Test
	void downWithWhatBlocksIfTheLoopDoesNotAnswerAndUpOnceItDoesAgainC18() throws Exception {
		hold();
		EventLoopThreadRunnerProbe.Result health = health(IMPATIENT);
		assertThat(health.status()).isEqualTo("DOWN");
		assertThat(health.details()).containsOnlyKeys("state", "thread", "pending", "active", "blockedFor", "blockedBy")
			.containsEntry("state", RunnerState.RUNNING);
		assertThat(Duration.parse((String) health.details().get("blockedFor"))).isGreaterThanOrEqualTo(IMPATIENT);
		assertThat(health.details().get("blockedBy")).asInstanceOf(InstanceOfAssertFactories.list(String.class))
			.anySatisfy((frame) -> assertThat(frame).contains(CountDownLatch.class.getName()))
			.anySatisfy((frame) -> assertThat(frame).contains(getClass().getName()));
		this.release.countDown();
		assertThat(health(PATIENT).status()).isEqualTo("UP");
	}

	@Test
	void probesLeaveNothingInTheQueueOfALoopThatHangs() throws Exception {
		hold();
		for (int check = 0; check < 3; check++) {
			assertThat(health(Duration.ofMillis(1)).status()).isEqualTo("DOWN");
		}
		Runnable own = () -> {
		};
		this.runner.getLoop().execute(own);
		assertThat(this.runner.getLoop().shutdownNow()).contains(own).noneMatch(Future.class::isInstance);
	}

	@Test
	void probesAreNoCallsC22() {
		List<String> submitted = new ArrayList<>();
		this.runner.close();
		this.runner = EventLoopThreadRunner.builder().listener(new RunListener() {

			@Override
			public void onSubmit(RunEvent run) {
				submitted.add(run.getTaskName());
			}

		}).build();
		assertThat(health(PATIENT).status()).isEqualTo("UP");
		assertThat(submitted).isEmpty();
	}

	@Test
	void outOfServiceIfStoppedAndUpOnceStartedAgain() {
		this.runner.stop();
		EventLoopThreadRunnerProbe.Result health = health(PATIENT);
		assertThat(health.status()).isEqualTo("OUT_OF_SERVICE");
		assertThat(health.details()).containsOnlyKeys("state", "thread", "pending", "active")
			.containsEntry("state", RunnerState.STOPPED);
		this.runner.start();
		assertThat(health(PATIENT).status()).isEqualTo("UP");
	}

	@Test
	void outOfServiceWhileStopping() throws Exception {
		CompletableFuture<Object> work = new CompletableFuture<>();
		this.runner.close();
		this.runner = EventLoopThreadRunner.builder().shutdownGrace(Duration.ofHours(1)).build();
		this.runner.submit(() -> work);
		CompletableFuture<Void> stop = CompletableFuture.runAsync(this.runner::stop);
		await().atMost(PATIENT).until(() -> this.runner.snapshot().state() == RunnerState.STOPPING);
		EventLoopThreadRunnerProbe.Result health = health(PATIENT);
		assertThat(health.status()).isEqualTo("OUT_OF_SERVICE");
		assertThat(health.details()).containsEntry("state", RunnerState.STOPPING);
		work.complete(null);
		stop.get(30, TimeUnit.SECONDS);
	}

	@Test
	void outOfServiceIfClosed() {
		this.runner.close();
		EventLoopThreadRunnerProbe.Result health = health(PATIENT);
		assertThat(health.status()).isEqualTo("OUT_OF_SERVICE");
		assertThat(health.details()).containsEntry("state", RunnerState.CLOSED);
	}

	@Test
	void outOfServiceIfClosedWhileTheProbeWaits() throws Exception {
		hold();
		CompletableFuture<EventLoopThreadRunnerProbe.Result> health = new CompletableFuture<>();
		Thread prober = new Thread(() -> health.complete(health(Duration.ofHours(1))));
		prober.setDaemon(true);
		prober.start();
		await().atMost(PATIENT).until(() -> prober.getState() == Thread.State.TIMED_WAITING);
		this.runner.close();
		assertThat(health.get(30, TimeUnit.SECONDS).status()).isEqualTo("OUT_OF_SERVICE");
	}

	@Test
	void downWithTheCauseIfTheThreadHasDiedC9() throws Exception {
		// No task can kill the thread, so this is what a runner says that has lost it.
		EventLoopThreadRunner dead = mock();
		EventLoop loop = mock();
		RunnerSnapshot snapshot = mock();
		given(dead.getLoop()).willReturn(loop);
		given(dead.snapshot(0)).willReturn(snapshot);
		given(loop.schedule(any(Runnable.class), anyLong(), any()))
			.willThrow(new RunnerClosedException("lost", new InternalError("killed")));
		given(snapshot.state()).willReturn(RunnerState.DEAD);
		given(snapshot.threadName()).willReturn("palitra-dead");
		EventLoopThreadRunnerProbe.Result health = health(dead, PATIENT);
		assertThat(health.status()).isEqualTo("DOWN");
		assertThat(health.details()).containsEntry("state", RunnerState.DEAD);
		assertThat(health.failure()).isInstanceOf(InternalError.class).hasMessage("killed");
	}

	@Test
	void downAtOnceIfTheLoopIsKnownToBeHeld() throws Exception {
		EventLoopThreadRunner held = silent(mock(), Duration.ofHours(1));
		assertThat(promptly(() -> health(held, Duration.ofHours(1))).status()).isEqualTo("DOWN");
	}

	@Test
	void waitsOnlyForWhatIsLeftOfTheTimeoutOfALoopThatIsHeld() throws Exception {
		ScheduledFuture<Object> probe = mock();
		EventLoopThreadRunner held = silent(probe, Duration.ofMinutes(59));
		Duration before = Duration.ofHours(1).minus(Duration.ofMillis(1));
		given(held.snapshot(0).heldFor()).willReturn(before, Duration.ofHours(1));
		assertThat(promptly(() -> health(held, Duration.ofHours(1))).status()).isEqualTo("DOWN");
		verify(probe).get(1_000_000, TimeUnit.NANOSECONDS);
	}

	@Test
	void outOfServiceAtOnceWhileALoopThatIsHeldIsStopping() throws Exception {
		this.runner.close();
		this.runner = EventLoopThreadRunner.builder().shutdownGrace(Duration.ofHours(1)).build();
		hold();
		this.runner.submit(CompletableFuture::new);
		CompletableFuture.runAsync(this.runner::stop);
		await().atMost(PATIENT).until(() -> this.runner.snapshot().state() == RunnerState.STOPPING);
		EventLoopThreadRunnerProbe.Result health = promptly(() -> health(this.runner, Duration.ofHours(1)));
		assertThat(health.status()).isEqualTo("OUT_OF_SERVICE");
		this.runner.close(Duration.ZERO);
	}

	@Test
	void runnersAreProbedTogetherAndEachAskingHasItsOwnProbe() throws Exception {
		List<EventLoopThreadRunner> runners = new ArrayList<>();
		LoopProbes probes = new LoopProbes(runners, Duration.ofHours(1));
		for (int count = 0; count < 3; count++) {
			ScheduledFuture<Object> probe = mock();
			EventLoopThreadRunner runner = silent(probe, Duration.ZERO);
			willReturn("answered").given(probe).get(anyLong(), any());
			runners.add(runner);
		}
		for (int asked = 1; asked <= 3; asked++) {
			for (EventLoopThreadRunner each : runners) {
				assertThat(health(each, probes).status()).isEqualTo("UP");
				for (EventLoopThreadRunner runner : runners) {
					verify(runner.getLoop(), times(asked)).schedule(any(Runnable.class), anyLong(), any());
				}
			}
		}
	}

	@Test
	void probeThatWasSentAlongIsNotUsedOnceItIsOld() throws Exception {
		Duration timeout = Duration.ofMillis(20);
		ScheduledFuture<Object> probe = mock();
		EventLoopThreadRunner other = silent(probe, Duration.ZERO);
		LoopProbes probes = new LoopProbes(List.of(this.runner, other), timeout);
		long before = System.nanoTime();
		probes.take(this.runner);
		await().atMost(PATIENT).until(() -> System.nanoTime() - before >= 2 * timeout.toNanos());
		verify(other.getLoop()).schedule(any(Runnable.class), anyLong(), any());
		probes.take(other);
		verify(other.getLoop(), times(2)).schedule(any(Runnable.class), anyLong(), any());
		verify(probe).cancel(false);
	}

	@Test
	void answersOnItsOwnLoopC6() {
		EventLoopThreadRunnerProbe.Result health = this.runner
			.run(() -> CompletableFuture.completedFuture(health(PATIENT)));
		assertThat(health.status()).isEqualTo("UP");
		assertThat(health.details()).doesNotContainKey("responseTime").containsEntry("active", 1);
	}

	@Test
	void answersOnTheLoopOfAnotherRunnerC6() throws Exception {
		try (EventLoopThreadRunner other = EventLoopThreadRunner.create()) {
			hold();
			await().atMost(PATIENT).until(() -> this.runner.snapshot().heldFor().compareTo(IMPATIENT) > 0);
			EventLoopThreadRunnerProbe.Result health = other
				.run(() -> CompletableFuture.completedFuture(health(IMPATIENT)));
			assertThat(health.status()).isEqualTo("DOWN");
			assertThat(health.details()).containsKeys("blockedFor", "blockedBy");
		}
	}

	@Test
	void answersOnInterruptedThreadAndLeavesItInterrupted() {
		Thread.currentThread().interrupt();
		EventLoopThreadRunnerProbe.Result health = health(PATIENT);
		assertThat(Thread.interrupted()).isTrue();
		assertThat(health.status()).isEqualTo("UP");
		assertThat(health.failure()).isNull();
	}

	private EventLoopThreadRunnerProbe.Result health(Duration timeout) {
		return health(this.runner, timeout);
	}

	private static EventLoopThreadRunnerProbe.Result health(EventLoopThreadRunner runner, Duration timeout) {
		return health(runner, new LoopProbes(List.of(runner), timeout));
	}

	private static EventLoopThreadRunnerProbe.Result health(EventLoopThreadRunner runner, LoopProbes probes) {
		try {
			return new EventLoopThreadRunnerProbe(runner, probes).send();
		}
		catch (ExecutionException ex) {
			throw new AssertionError("A probe does nothing that could fail", ex);
		}
	}

	/**
	 * What must not wait, done where it could for ever.
	 */
	private static EventLoopThreadRunnerProbe.Result promptly(Supplier<EventLoopThreadRunnerProbe.Result> check)
			throws Exception {
		CompletableFuture<EventLoopThreadRunnerProbe.Result> health = new CompletableFuture<>();
		Thread prober = new Thread(() -> health.complete(check.get()));
		prober.setDaemon(true);
		prober.start();
		return health.get(30, TimeUnit.SECONDS);
	}

	/**
	 * A runner that runs and whose loop does not answer.
	 */
	private static EventLoopThreadRunner silent(ScheduledFuture<Object> probe, Duration heldFor) throws Exception {
		EventLoopThreadRunner runner = mock();
		EventLoop loop = mock();
		RunnerSnapshot snapshot = mock();
		given(runner.getLoop()).willReturn(loop);
		given(runner.snapshot(anyInt())).willReturn(snapshot);
		given(loop.schedule(any(Runnable.class), anyLong(), any())).willAnswer((call) -> probe);
		given(probe.get(anyLong(), any()))
			.willAnswer((call) -> new CompletableFuture<>().get(call.getArgument(0), call.getArgument(1)));
		given(snapshot.state()).willReturn(RunnerState.RUNNING);
		given(snapshot.threadName()).willReturn("palitra-silent");
		given(snapshot.heldFor()).willReturn(heldFor);
		given(snapshot.stack()).willReturn(List.of());
		return runner;
	}

	/**
	 * Blocks the loop until {@link #release}.
	 */
	private void hold() throws InterruptedException {
		CountDownLatch held = new CountDownLatch(1);
		this.runner.getLoop().submit(() -> {
			held.countDown();
			return this.release.await(60, TimeUnit.SECONDS);
		});
		assertThat(held.await(30, TimeUnit.SECONDS)).isTrue();
	}

}
