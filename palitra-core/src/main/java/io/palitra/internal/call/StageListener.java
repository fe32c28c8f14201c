package io.palitra.internal.call;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.call.State.Running;
import io.palitra.internal.loop.Headroom;
import io.palitra.internal.loop.LoopTask;
import io.palitra.internal.loop.Stages;

/**
 * Hears of the end of a stage, even if the stage or the thread that completes it has no
 * room on the stack for telling so.
 */
abstract class StageListener<T extends @Nullable Object> extends LoopTask
		implements BiConsumer<T, @Nullable Throwable> {

	/**
	 * Whether a stage has told of its end. Written by the thread that completes it; who
	 * sees that late makes the stage tell once more.
	 */
	private boolean heard;

	/**
	 * The stage has ended. May be called more than once.
	 * @return whether the listener has taken what the stage has brought
	 */
	abstract boolean end(@Nullable T value, @Nullable Throwable failure);

	/**
	 * Returns whether nobody waits for the stage any more.
	 */
	abstract boolean isAbandoned();

	/**
	 * Returns whether the stage, and any value of it, is this listener's.
	 */
	abstract boolean ownsStage();

	/**
	 * Has something done on another thread.
	 */
	abstract void moveOn(Runnable command);

	/**
	 * Hears when a stage completes, from the thread that completes it or, if it is done,
	 * at once: not even a future of a scope takes that to its loop.
	 * @throws StackOverflowError if the stage has swallowed one, as the JDK's do with
	 * whatever those throw whom they tell
	 */
	final void listen(CompletionStage<? extends T> stage) {
		boolean done = isDoneOfJdk(stage);
		if (stage instanceof ScopedFuture<? extends T> scoped) {
			scoped.listen(this);
		}
		else {
			stage.whenComplete(this);
		}
		if (this.heard || !isDoneOfJdk(stage)) {
			return;
		}
		if (done) {
			throw new StackOverflowError();
		}
		// Done meanwhile: another thread is about to tell, or this one has.
		listen(stage);
	}

	private static boolean isDoneOfJdk(CompletionStage<?> stage) {
		return stage.getClass() == CompletableFuture.class && ((CompletableFuture<?>) stage).isDone();
	}

	/**
	 * Hears again a stage that may be done without having told so: an {@code Error} on
	 * the completing thread can keep it from telling. What the stage throws at that is
	 * taken for its end, and for nothing else: who gives up, or ends many works, goes on.
	 */
	@SuppressWarnings("unchecked")
	final void hearAgain(Running running) {
		try {
			if (Stages.isDone(running.stage())) {
				listen((CompletionStage<? extends T>) running.stage());
			}
		}
		catch (StackOverflowError ex) {
			throw ex;
		}
		catch (Throwable ex) {
			end(null, ex);
		}
	}

	/**
	 * The stage has completed.
	 */
	@Override
	public final void accept(@Nullable T value, @Nullable Throwable failure) {
		hear(value, failure);
	}

	/**
	 * The stage has completed.
	 * @return whether the listener has taken what that has brought, or may do so later
	 */
	final boolean hear(@Nullable T value, @Nullable Throwable failure) {
		try {
			if (isAbandoned()) {
				Headroom.requireForRareCode();
			}
			else {
				Headroom.require();
			}
		}
		catch (StackOverflowError ex) {
			// On a thread that has no room for what follows: the stage will not tell
			// again.
			moveOn(new End<>(this, value, failure));
			this.heard = true;
			return true;
		}
		this.heard = true;
		return end(value, failure);
	}

	/**
	 * Tells of an end. No lambda: to link one takes more of the stack than there is where
	 * it is needed.
	 */
	record End<T extends @Nullable Object>(StageListener<T> listener, @Nullable T value,
			@Nullable Throwable failure) implements Runnable {

		@Override
		public void run() {
			this.listener.end(this.value, this.failure);
		}

	}

}
