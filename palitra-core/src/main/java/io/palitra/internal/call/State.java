package io.palitra.internal.call;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

import io.palitra.RunPhase;
import io.palitra.internal.loop.Log;
import io.palitra.internal.loop.Names;

/**
 * The states of a {@link Work} that are not its outcome.
 */
abstract sealed class State {

	/**
	 * Waits for a permit.
	 */
	static final Open WAITING = new Open(RunPhase.WAITING_FOR_PERMIT);

	/**
	 * Waits for its start.
	 */
	static final Open QUEUED = new Open(RunPhase.QUEUED);

	/**
	 * The task is being called, on a thread that is not to be interrupted.
	 */
	static final Open STARTING = new Open(RunPhase.RUNNING);

	/**
	 * The stage has completed, and the outcome comes next.
	 */
	static final Open ENDING = new Open(RunPhase.RUNNING);

	/**
	 * The outcome is the value {@code null}.
	 */
	private static final Object NULL = new Object();

	/**
	 * The outcome has been taken, and nobody comes back for it.
	 */
	static final Object TAKEN = new Object();

	static @Nullable Object unmasked(@Nullable Object value) {
		return (value != NULL) ? value : null;
	}

	static Object masked(@Nullable Object value) {
		return (value != null) ? value : NULL;
	}

	/**
	 * There is no outcome.
	 */
	static non-sealed class Open extends State {

		private final RunPhase phase;

		Open(RunPhase phase) {
			this.phase = phase;
		}

		RunPhase phase() {
			return this.phase;
		}

		/**
		 * Returns whether the task has been called.
		 */
		boolean isStarted() {
			return this.phase == RunPhase.RUNNING;
		}

		/**
		 * Returns whether the task has been called and its stage has not completed.
		 */
		boolean isWorking() {
			return isStarted() && this != ENDING;
		}

	}

	/**
	 * The task is being called on a thread that is neither a loop nor the work's own. One
	 * that is there for nothing else is interrupted if the work is cancelled meanwhile.
	 */
	static final class Starting extends Open implements Runnable {

		private final Thread thread = Thread.currentThread();

		private final boolean interruptible;

		/**
		 * Whether the thread has left, or somebody interrupts it: the first of both.
		 */
		private final AtomicBoolean over = new AtomicBoolean();

		/**
		 * Whether the interrupt has been made. Volatile: the thread waits for it before
		 * it clears its flag, so that no interrupt hits what it does next.
		 */
		private volatile boolean interrupted;

		/**
		 * Whether the thread has left. The thread's own.
		 */
		private boolean left;

		Starting(boolean interruptible) {
			super(RunPhase.RUNNING);
			this.interruptible = interruptible;
		}

		boolean isInterruptible() {
			return this.interruptible;
		}

		Thread thread() {
			return this.thread;
		}

		/**
		 * Interrupts the thread if it still calls the task. No lambda would do, as for
		 * {@link StageListener.End}. That may be others' code: a thread can have a method
		 * of its own for it, and so can the channel that it is blocked on.
		 */
		@Override
		public void run() {
			if (!this.over.compareAndSet(false, true)) {
				return;
			}
			try {
				this.thread.interrupt();
			}
			catch (Throwable ex) {
				Log.warn("Thread \"" + Names.of(this.thread) + "\" could not be interrupted", ex);
			}
			finally {
				this.interrupted = true;
			}
		}

		/**
		 * Leaves the thread without an interrupt that was meant for the task; by the
		 * thread, which may do so again.
		 */
		void leaveThread() {
			if (this.left) {
				return;
			}
			this.left = true;
			if (this.over.compareAndSet(false, true)) {
				return;
			}
			while (!this.interrupted) {
				// Whoever interrupts may need this thread's processor.
				Thread.yield();
			}
			Thread.interrupted();
		}

	}

	/**
	 * The task has returned its stage, which has not completed.
	 */
	static final class Running extends Open {

		private final CompletionStage<?> stage;

		Running(CompletionStage<?> stage) {
			super(RunPhase.RUNNING);
			this.stage = stage;
		}

		CompletionStage<?> stage() {
			return this.stage;
		}

	}

	/**
	 * There is an outcome, which is not the stage's, and the work still runs.
	 */
	static final class Abandoned extends State {

		private final Failed outcome;

		private final @Nullable Open was;

		/**
		 * Creates the state.
		 * @param was where the work was, {@code null} once nobody needs the outcome
		 */
		Abandoned(Failed outcome, @Nullable Open was) {
			this.outcome = outcome;
			this.was = was;
		}

		@Nullable Open was() {
			return this.was;
		}

		Failed outcome() {
			return this.outcome;
		}

		/**
		 * Returns whether nobody needs the outcome any more.
		 */
		boolean isLeft() {
			return this.was == null;
		}

	}

}
