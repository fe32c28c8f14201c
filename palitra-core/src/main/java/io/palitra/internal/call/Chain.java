package io.palitra.internal.call;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;

/**
 * The works of a chain of futures that run. Who enters one then looks at the flag; who
 * cancels sets that, then looks at the works: none is missed.
 */
final class Chain {

	private final Set<Child<?>> works = ConcurrentHashMap.newKeySet();

	private volatile boolean cancelled;

	void enter(Child<?> work) {
		this.works.add(work);
		if (this.cancelled) {
			work.cancel();
		}
	}

	void cancel() {
		this.cancelled = true;
		for (Child<?> work : this.works) {
			work.cancel();
		}
	}

	/**
	 * A work of a chain, whose outcome becomes that of one of its futures.
	 */
	static class Link<T extends @Nullable Object> extends Child<T> {

		private final Chain chain;

		private final ScopedFuture<T> future;

		Link(Scope scope, Chain chain, ScopedFuture<T> future, @Nullable AsyncCallable<? extends T> task,
				State.Open initial) {
			super(scope, task, initial);
			this.chain = chain;
			this.future = future;
		}

		@Override
		final String getTaskName() {
			return scope().call().getTaskName() + "/fork";
		}

		@Override
		void ended() {
			this.chain.works.remove(this);
			Object outcome = outcome();
			leave();
			complete(outcome);
		}

		@SuppressWarnings("unchecked")
		final void complete(@Nullable Object outcome) {
			if (outcome instanceof Failed failed) {
				Throwable failure = failed.failure();
				if (failure == null) {
					this.future.cancel(true);
				}
				else if (!fail(this.future, failure)) {
					events().discardFailure(this, failure);
				}
			}
			else if (!this.future.complete((T) outcome)) {
				events().discard(outcome);
			}
		}

		boolean fail(ScopedFuture<T> future, Throwable failure) {
			return future.completeExceptionally(failure);
		}

	}

	/**
	 * A stage that a function of the chain has returned.
	 */
	static final class Adopted<T extends @Nullable Object> extends Link<T> {

		Adopted(Scope scope, Chain chain, ScopedFuture<T> future) {
			super(scope, chain, future, null, State.STARTING);
		}

		/**
		 * On the loop: in place, chains in chains would make the stack grow.
		 */
		@Override
		void ended() {
			scope().moveOn(new Tell(this));
		}

		private void tell() {
			super.ended();
		}

		@Override
		boolean fail(ScopedFuture<T> future, Throwable failure) {
			return future.fail(failure);
		}

	}

	/**
	 * Goes on after the end of a stage. No lambda, as in {@link StageListener.End}.
	 */
	record Tell(Adopted<?> link) implements Runnable {

		@Override
		public void run() {
			this.link.tell();
		}

	}

}
