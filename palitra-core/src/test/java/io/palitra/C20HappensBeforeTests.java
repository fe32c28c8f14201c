package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.palitra.Runners.OnLoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What one thread wrote to plain fields the next one sees. Luck can hide a mistake here,
 * so there are many rounds; nothing but the calls themselves orders the accesses.
 */
@DisplayName("C20 Happens-before")
@Tag("start-on")
class C20HappensBeforeTests {

	private static final int ROUNDS = 5_000;

	private final EventLoopThreadRunner runner = Runners.create();

	private final ExecutorService pool = Executors.newFixedThreadPool(2, Support::daemon);

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
		this.pool.shutdownNow();
	}

	@Test
	void callerToTaskAndTaskToCaller() {
		for (int i = 1; i <= ROUNDS; i++) {
			Box box = new Box();
			box.value = i;
			this.runner.run(() -> {
				box.result = box.value * 2;
				return CompletableFuture.completedFuture(null);
			});
			assertThat(box.result).isEqualTo(i * 2);
		}
	}

	@Test
	void completionOnAForeignThreadToCaller() {
		for (int i = 1; i <= ROUNDS; i++) {
			Box box = new Box();
			box.value = i;
			this.runner.run(() -> {
				CompletableFuture<Object> stage = new CompletableFuture<>();
				this.pool.execute(() -> {
					box.result = box.value * 2;
					stage.complete(null);
				});
				return stage;
			});
			assertThat(box.result).isEqualTo(i * 2);
		}
	}

	@Test
	void failureOnAForeignThreadToCaller() {
		for (int i = 1; i <= ROUNDS / 5; i++) {
			Box box = new Box();
			int expected = i;
			assertThatIllegalStateException().isThrownBy(() -> this.runner.run(() -> {
				CompletableFuture<Object> stage = new CompletableFuture<>();
				this.pool.execute(() -> {
					box.result = expected;
					stage.completeExceptionally(new IllegalStateException("no"));
				});
				return stage;
			}));
			assertThat(box.result).isEqualTo(expected);
		}
	}

	@OnLoop
	@Test
	void oneTaskToTheNextWhoeverCalls() {
		// All tasks run on one thread: a plain counter is safe in them
		Box box = new Box();
		List<Owner<Object>> owners = IntStream.range(0, 4).mapToObj((number) -> Owner.<Object>start(() -> {
			for (int i = 0; i < ROUNDS / 2; i++) {
				this.runner.run(() -> {
					box.value++;
					return CompletableFuture.completedFuture(null);
				});
				this.runner.getLoop().execute(() -> box.value++);
			}
			return null;
		})).toList();
		owners.forEach(Owner::value);
		assertThat(this.runner.run(() -> CompletableFuture.completedFuture(box.value))).isEqualTo(4 * ROUNDS);
	}

	@Test
	void childrenOfAGatherToCaller() {
		for (int i = 1; i <= ROUNDS / 10; i++) {
			int round = i;
			List<Box> boxes = new ArrayList<>();
			List<AsyncCallable<Object>> tasks = new ArrayList<>();
			for (int child = 0; child < 10; child++) {
				Box box = new Box();
				box.value = round;
				boxes.add(box);
				tasks.add(() -> CompletableFuture.supplyAsync(() -> {
					box.result = box.value + 1;
					return null;
				}, this.pool));
			}
			this.runner.gather(tasks, RunOptions.defaults().maxConcurrency(1 + round % 5));
			assertThat(boxes).allMatch((box) -> box.result == round + 1);
		}
	}

	@Test
	void submitterToTaskAndTaskToWhoeverGets() {
		for (int i = 1; i <= ROUNDS; i++) {
			Box box = new Box();
			box.value = i;
			Support.get(this.runner.submit(() -> {
				box.result = box.value * 2;
				return CompletableFuture.completedFuture(null);
			}));
			assertThat(box.result).isEqualTo(i * 2);
		}
	}

	@Test
	void executorToTaskAndTimer() {
		for (int i = 1; i <= ROUNDS; i++) {
			Box box = new Box();
			box.value = i;
			CountDownLatch ran = new CountDownLatch(1);
			Runnable task = () -> {
				box.result = box.value * 2;
				ran.countDown();
			};
			if (i % 2 == 0) {
				this.runner.getLoop().execute(task);
			}
			else {
				this.runner.getLoop().schedule(task, 0, TimeUnit.NANOSECONDS);
			}
			Support.await(ran);
			assertThat(box.result).isEqualTo(i * 2);
		}
	}

	private static final class Box {

		private int value;

		private int result;

	}

}
