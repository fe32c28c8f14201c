package io.palitra.internal.call;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.spi.RunResult;

/**
 * A work inside a run, cancelled with it.
 */
abstract class Child<T extends @Nullable Object> extends Work<T> {

	private final Scope scope;

	Child(Scope scope, @Nullable AsyncCallable<? extends T> task, State.Open initial) {
		super(task, initial);
		this.scope = scope;
	}

	final Scope scope() {
		return this.scope;
	}

	/**
	 * Cancels the child, if it has not ended.
	 */
	final void cancel() {
		giveUpAndCancel(RunResult.CANCELLED, null, null);
	}

	@Override
	final void refused(Throwable failure) {
		if (!this.scope.call().isOpen()) {
			// The run is over, and its owner may have left.
			cancel();
			return;
		}
		giveUpAndCancel(RunResult.ERROR,
				Texts.overloaded(Texts.task(this), this.scope.call().calls.settings(), failure), null);
	}

	@Override
	final boolean isOwn(Thread thread) {
		return thread == this.scope.call().owner();
	}

	@Override
	final Context context() {
		return this.scope.context();
	}

	@Override
	final void workEnded(boolean waited) {
		this.scope.leave(this);
	}

	@Override
	final boolean isFollowed() {
		return true;
	}

	@Override
	final void dropped(boolean admitted) {
		this.scope.leave(this);
	}

	@Override
	final Events events() {
		return this.scope.events();
	}

	@Override
	final void moveOn(Runnable command) {
		this.scope.moveOn(command);
	}

	@Override
	public String toString() {
		return "task \"" + getTaskName() + "\"";
	}

}
