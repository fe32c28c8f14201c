package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

@DisplayName("C9 Loop: its death")
class C09LoopDeathTests {

	private final Error death = new InternalError("the worst");

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder().name("mortal").build();

	private final Logs logs = Logs.capture();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
		this.logs.close();
	}

	@Test
	void stoppedThreadFailsAllCallsWithTheCause() throws Exception {
		// The real thing, where the JVM still has it
		assumeTrue(Runtime.version().feature() < 20, "Thread.stop does nothing any more");
		Thread thread = Support.threadOf(this.runner);
		Owner<Object> owner = Owner.parked(() -> this.runner.run(Support.never()));
		Support.untilActive(this.runner, 1);
		Future<String> timer = this.runner.getLoop().schedule(() -> "x", 1, TimeUnit.HOURS);
		Support.untilParked(thread);
		Thread.class.getMethod("stop").invoke(thread);
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		assertThat(owner.failure().getCause().getClass().getSimpleName()).isEqualTo("ThreadDeath");
		Support.untilDead(thread);
		assertThat(timer.isCancelled()).isTrue();
		assertThat(this.runner.isAlive()).isFalse();
		this.runner.start();
		assertThat(this.runner.run(Support.value("healed"))).isEqualTo("healed");
	}

	@Test
	void deathFailsAllCallsWithTheCause() {
		// netty testExceptionIsPropagatedToTerminationFuture; synchronicity
		Work<Object> work = new Work<>();
		List<Owner<Object>> owners = List.of(Owner.parked(() -> this.runner.run(() -> work)),
				Owner.parked(() -> this.runner.run(Support.never(), Support.LONG)),
				Owner.parked(() -> this.runner.gather(Support.never(), Support.never())),
				Owner.parked(() -> this.runner.runInterruptibly(Support.never())),
				Owner.parked(() -> this.runner.await(new CompletableFuture<>())));
		CompletableFuture<Object> submitted = this.runner.submit(Support.never());
		Support.untilActive(this.runner, 6);
		Support.kill(this.runner, this.death);
		for (Owner<Object> owner : owners) {
			assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class)
				.hasMessageContaining("runner \"mortal\" has lost its thread to " + this.death)
				.cause()
				.isSameAs(this.death);
		}
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(submitted::get)
			.havingCause()
			.isInstanceOf(RunnerClosedException.class)
			.satisfies((cause) -> assertThat(cause.getCause()).isSameAs(this.death));
		assertThat(work.cancellations()).containsExactly(true);
	}

	@Test
	void deathFailsCallsThatWaitInTheQueue() {
		AtomicInteger calls = new AtomicInteger();
		Owner<Integer> owner;
		CompletableFuture<Integer> submitted;
		Thread thread = Support.threadOf(this.runner);
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			Support.killAndLeave(this.runner, this.death);
			AsyncCallable<Integer> task = () -> CompletableFuture.completedFuture(calls.incrementAndGet());
			owner = Owner.parked(() -> this.runner.run(task));
			submitted = this.runner.submit(task);
		}
		// They may be in the batch that the loop still runs before it notices
		Support.untilDead(thread);
		Support.eventually().until(() -> owner.isDone() && submitted.isDone());
		assertThat(this.runner.snapshot().calls()).isEmpty();
	}

	@Test
	void deathIsTold() {
		assertThat(this.runner.isAlive()).isTrue();
		Thread thread = Support.threadOf(this.runner);
		Support.kill(this.runner, this.death);
		assertThat(this.runner.isAlive()).isFalse();
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.DEAD);
		assertThat(this.runner.snapshot().threadName()).isEqualTo(thread.getName());
		assertThat(this.runner).hasToString("EventLoopThreadRunner[name=mortal, state=DEAD]");
		assertThat(this.logs.thrown()).contains(this.death);
		assertThat(this.logs.messages()).contains("The event loop of runner \"mortal\" died");
	}

	@Test
	void deadRunnerRefusesWithTheCauseBeforeTheTaskIsCalled() {
		// asgiref, palitra for Python
		Support.kill(this.runner, this.death);
		AtomicInteger calls = new AtomicInteger();
		AsyncCallable<Integer> task = () -> CompletableFuture.completedFuture(calls.incrementAndGet());
		assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> this.runner.run(task))
			.satisfies((ex) -> assertThat(ex.getCause()).isSameAs(this.death));
		assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> this.runner.submit(task))
			.satisfies((ex) -> assertThat(ex.getCause()).isSameAs(this.death));
		assertThatExceptionOfType(RunnerClosedException.class)
			.isThrownBy(() -> this.runner.await(new CompletableFuture<>()))
			.satisfies((ex) -> assertThat(ex.getCause()).isSameAs(this.death));
		assertThatExceptionOfType(RunnerClosedException.class)
			.isThrownBy(() -> this.runner.getLoop().execute(calls::incrementAndGet))
			.satisfies((ex) -> assertThat(ex.getCause()).isSameAs(this.death));
		assertThatExceptionOfType(RunnerClosedException.class)
			.isThrownBy(() -> this.runner.getLoop().schedule(calls::incrementAndGet, 0, TimeUnit.SECONDS));
		assertThat(calls).hasValue(0);
	}

	@Test
	void deathCancelsTasksAndTimersOfTheLoop() {
		Thread thread = Support.threadOf(this.runner);
		Future<String> timer = this.runner.getLoop().schedule(() -> "x", 1, TimeUnit.HOURS);
		Owner<String> waiter = Owner.parked(timer::get);
		Support.killAndLeave(this.runner, this.death);
		Support.untilDead(thread);
		assertThat(waiter.failure()).isInstanceOf(CancellationException.class);
		assertThat(timer.isCancelled()).isTrue();
	}

	@Test
	void startHeals() {
		// Python bridges for a runner of one's own
		Thread dead = Support.threadOf(this.runner);
		Support.kill(this.runner, this.death);
		this.runner.start();
		assertThat(this.runner.isAlive()).isTrue();
		assertThat(this.runner.run(Support.later("healed"))).isEqualTo("healed");
		assertThat(Support.threadOf(this.runner)).isNotSameAs(dead);
		assertThat(Support.threadOf(this.runner).getName()).isEqualTo("palitra-mortal");
		assertThat(this.runner.getLoop().submit(() -> "loop")).succeedsWithin(Support.PATIENCE).isEqualTo("loop");
		Support.kill(this.runner, this.death);
		this.runner.start();
		assertThat(this.runner.run(Support.value("healed again"))).isEqualTo("healed again");
	}

	@Test
	void deadRunnerCanBeStoppedAndClosed() {
		AtomicBoolean cleanedUp = new AtomicBoolean();
		this.runner.onClose(() -> {
			cleanedUp.set(true);
			return CompletableFuture.completedFuture(null);
		});
		Support.kill(this.runner, this.death);
		this.runner.stop();
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.STOPPED);
		this.runner.start();
		Support.kill(this.runner, this.death);
		this.runner.close();
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
		// The client of all calls wants to be closed whatever became of the thread
		assertThat(cleanedUp).isTrue();
		assertThat(this.runner.getLoop().isTerminated()).isTrue();
	}

	@Test
	void deathIsToldEvenIfItCannotBeLogged() {
		Owner<Object> owner = Owner.parked(() -> this.runner.run(Support.never()));
		Support.untilActive(this.runner, 1);
		try (Logs broken = Logs.broken(new InternalError("logging"))) {
			Support.kill(this.runner, this.death);
			assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class).cause().isSameAs(this.death);
		}
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.DEAD);
	}

	@Test
	void loggingThatFailsEndsNothing() {
		// A log handler is user code as well
		Thread thread = Support.threadOf(this.runner);
		thread.setUncaughtExceptionHandler((where, ex) -> {
			throw new IllegalStateException("handler");
		});
		try (Logs broken = Logs.broken(new InternalError("logging"))) {
			this.runner.getLoop().execute(() -> {
				throw new IllegalStateException("task");
			});
			assertThat(Owner.start(() -> this.runner.run(Support.value("next"))).value()).isEqualTo("next");
		}
		assertThat(Support.threadOf(this.runner)).isSameAs(thread);
	}

	@Test
	void deathDoesNotTouchCallsOfTheNextLoop() {
		// Dependents of submitted futures run on the dying thread: there is time to heal
		// meanwhile
		List<CompletableFuture<Object>> healed = new ArrayList<>();
		AtomicBoolean first = new AtomicBoolean(true);
		List<CompletableFuture<Object>> dying = IntStream.range(0, 20).mapToObj((i) -> {
			CompletableFuture<Object> future = this.runner.submit(Support.never());
			future.whenComplete((value, ex) -> {
				if (first.getAndSet(false)) {
					Owner.start(() -> {
						this.runner.start();
						for (int call = 0; call < 50; call++) {
							healed.add(this.runner.submit(Support.never()));
						}
						return null;
					}).value();
				}
			});
			return future;
		}).toList();
		Support.kill(this.runner, this.death);
		assertThat(dying).allMatch(CompletableFuture::isCompletedExceptionally);
		assertThat(healed).hasSize(50).noneMatch(CompletableFuture::isDone);
		assertThat(this.runner.isAlive()).isTrue();
		assertThat(this.runner.run(Support.value("x"))).isEqualTo("x");
	}

	@Test
	void deadRunnerThatCannotBeHealedStillTellsTheCause() {
		AtomicInteger made = new AtomicInteger();
		try (EventLoopThreadRunner custom = EventLoopThreadRunner.builder().threadFactory((live) -> {
			if (made.incrementAndGet() == 2) {
				throw new IllegalStateException("no threads left");
			}
			return Support.daemon(live);
		}).build()) {
			Support.kill(custom, this.death);
			assertThatIllegalStateException().isThrownBy(custom::start).withMessage("no threads left");
			assertThat(custom.snapshot().state()).isEqualTo(RunnerState.DEAD);
			assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> custom.run(Support.value("x")))
				.withMessageContaining("has lost its thread")
				.satisfies((ex) -> assertThat(ex.getCause()).isSameAs(this.death));
			custom.start();
			assertThat(custom.run(Support.value("x"))).isEqualTo("x");
		}
	}

}
