package io.palitra.internal.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

@DisplayName("The queue of a loop, alone")
class TaskQueueTests {

	private final TaskQueue queue = new TaskQueue();

	@Test
	void tasksComeOutInTheOrderOfTheirComing() {
		// C12
		List<Numbered> tasks = add(3);
		assertThat(take()).isSameAs(tasks.get(0));
		tasks.addAll(add(2));
		assertThat(List.of(take(), take(), take(), take())).isEqualTo(tasks.subList(1, 5));
		assertThat(this.queue.first()).isNull();
		assertThat(this.queue.isEmpty()).isTrue();
	}

	@Test
	void taskThatHasComeOutKeepsNoOther() {
		// C17
		List<Numbered> tasks = add(3);
		take();
		tasks.addAll(add(1));
		take();
		take();
		take();
		assertThat(tasks).allSatisfy((task) -> {
			assertThat(task.older).isNull();
			assertThat(task.newer).isNull();
		});
	}

	@Test
	void queueOfASleepingLoopKeepsNoTask() {
		// C17
		add(1);
		take();
		this.queue.sleeping();
		assertThat(this.queue.close(Thread.currentThread())).isEmpty();
	}

	@Test
	void oldestThatTheLoopHasNotComeToIsSeen() {
		assertThat(this.queue.peek()).isNull();
		List<Numbered> tasks = add(2);
		assertThat(this.queue.peek()).isSameAs(tasks.get(0));
		take();
		assertThat(this.queue.peek()).isSameAs(tasks.get(1));
		take();
		assertThat(this.queue.peek()).isNull();
		tasks.addAll(add(2));
		assertThat(this.queue.peek()).isSameAs(tasks.get(2));
	}

	@Test
	void closedQueueGivesBackWhatTheLoopHasNotComeToAndTakesNothing() {
		// C10
		List<Numbered> tasks = add(3);
		take();
		tasks.addAll(add(1));
		assertThat(this.queue.close(Thread.currentThread())).isEqualTo(tasks.subList(1, 4));
		assertThat(this.queue.isClosed()).isTrue();
		Numbered late = new Numbered(0, 0);
		assertThat(this.queue.add(late, Thread.currentThread())).isFalse();
		assertThat(late.older).isNull();
		this.queue.forget();
		assertThat(tasks).allSatisfy((task) -> {
			assertThat(task.older).isNull();
			assertThat(task.newer).isNull();
		});
		assertThat(this.queue.close(Thread.currentThread())).isEmpty();
	}

	@Test
	void queueThatIsNotEmptyIsNotClosedAsSuch() {
		add(1);
		assertThat(this.queue.closeIfEmpty()).isFalse();
		take();
		assertThat(this.queue.closeIfEmpty()).isTrue();
		assertThat(this.queue.isClosed()).isTrue();
	}

	@Test
	void nothingIsLostOrTakenTwiceWhereAddersTheLoopAndACloserRace() throws Exception {
		// C10, C12
		for (int round = 0; round < 2000; round++) {
			new Race().run();
		}
	}

	@Test
	void loopNeverTakesAPartOfWhatACloserTakesApart() throws Exception {
		// C12
		for (int round = 0; round < 1500; round++) {
			TaskQueue raced = new TaskQueue();
			List<Numbered> tasks = new ArrayList<>();
			for (int number = 0; number < 3000; number++) {
				tasks.add(new Numbered(0, number));
				raced.add(tasks.get(number), Thread.currentThread());
			}
			CyclicBarrier together = new CyclicBarrier(2);
			CompletableFuture<List<LoopTask>> left = CompletableFuture.supplyAsync(() -> {
				meet(together);
				return raced.close(Thread.currentThread());
			});
			meet(together);
			LoopTask first = raced.first();
			assertThat(first).isIn(null, tasks.get(0));
			assertThat(left.get(30, TimeUnit.SECONDS)).isEqualTo(tasks);
		}
	}

	private static void meet(CyclicBarrier barrier) {
		try {
			barrier.await(30, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private List<Numbered> add(int count) {
		List<Numbered> tasks = new ArrayList<>();
		for (int number = 0; number < count; number++) {
			Numbered task = new Numbered(0, number);
			assertThat(this.queue.add(task, Thread.currentThread())).isTrue();
			tasks.add(task);
		}
		return tasks;
	}

	private @Nullable LoopTask take() {
		LoopTask task = this.queue.first();
		if (task != null) {
			this.queue.removeFirst(task);
		}
		return task;
	}

	/**
	 * Two adders, a loop and a closer.
	 */
	private static final class Race {

		private static final int ADDERS = 2;

		private static final int TASKS = 20;

		private final TaskQueue queue = new TaskQueue();

		private final CyclicBarrier together = new CyclicBarrier(ADDERS + 2);

		private final CountDownLatch ended = new CountDownLatch(ADDERS + 2);

		private final List<List<Numbered>> added = List.of(new ArrayList<>(), new ArrayList<>());

		private final List<LoopTask> run = new ArrayList<>();

		private final List<LoopTask> left = new ArrayList<>();

		void run() throws InterruptedException {
			Thread loop = start(this::serve);
			for (int adder = 0; adder < ADDERS; adder++) {
				int number = adder;
				start(() -> add(number, loop));
			}
			start(() -> close(loop));
			assertThat(this.ended.await(30, TimeUnit.SECONDS)).as("all end").isTrue();
			List<LoopTask> all = new ArrayList<>(this.run);
			for (LoopTask task : this.left) {
				// The closer may see one that the loop has come to.
				if (!all.contains(task)) {
					all.add(task);
				}
			}
			assertThat(this.run).doesNotHaveDuplicates();
			for (int adder = 0; adder < ADDERS; adder++) {
				int number = adder;
				assertThat(all.stream().filter((task) -> ((Numbered) task).adder == number).toList())
					.isEqualTo(this.added.get(adder));
			}
		}

		private Thread start(Runnable body) {
			Thread thread = new Thread(() -> {
				meet(this.together);
				body.run();
				this.ended.countDown();
			});
			thread.setDaemon(true);
			thread.start();
			return thread;
		}

		private void add(int adder, Thread loop) {
			for (int number = 0; number < TASKS; number++) {
				Numbered task = new Numbered(adder, number);
				if (!this.queue.add(task, loop)) {
					return;
				}
				this.added.get(adder).add(task);
			}
		}

		private void serve() {
			while (!this.queue.isClosed()) {
				LoopTask task = this.queue.first();
				if (task != null) {
					this.queue.removeFirst(task);
					this.run.add(task);
				}
				else {
					this.queue.sleeping();
					this.queue.awake();
				}
			}
			this.queue.forget();
		}

		private void close(Thread loop) {
			for (int turn = 0; turn < 10; turn++) {
				Thread.onSpinWait();
			}
			this.left.addAll(this.queue.close(loop));
		}

	}

	private static final class Numbered extends LoopTask {

		private final int adder;

		private final int number;

		Numbered(int adder, int number) {
			this.adder = adder;
			this.number = number;
		}

		@Override
		public void perform() {
		}

		@Override
		public @Nullable Runnable abandon() {
			return null;
		}

		@Override
		public String toString() {
			return this.adder + "." + this.number;
		}

	}

}
