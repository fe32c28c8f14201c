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
	 * A work of a chain, whose outcome becomes that of one of its futures: a task, or a
	 * stage that a function of the chain has returned.
	 */
	static final class Link<T extends @Nullable Object> extends Child<T> {

		private final Chain chain;

		private final ScopedFuture<T> future;

		private final boolean adopted;

		/**
		 * Creates a work.
		 * @param task what to call, {@code null} for a stage that is there
		 */
		Link(Scope scope, Chain chain, ScopedFuture<T> future, @Nullable AsyncCallable<? extends T> task) {
			super(scope, task, (task != null) ? State.QUEUED : State.STARTING);
			this.chain = chain;
			this.future = future;
			this.adopted = task == null;
		}

		@Override
		String getTaskName() {
			return scope().call().getTaskName() + "/fork";
		}

		/**
		 * On the loop for a stage: in place, chains in chains would make the stack grow.
		 */
		@Override
		void ended() {
			if (this.adopted) {
				scope().moveOn(new Tell(this));
			}
			else {
				tell();
			}
		}

		@SuppressWarnings("unchecked")
		private void tell() {
			this.chain.works.remove(this);
			Object outcome = outcome();
			leave();
			if (outcome instanceof Failed failed) {
				Throwable failure = failed.failure();
				if (failure == null) {
					this.future.cancel(true);
				}
				else if (!fail(failure)) {
					events().discardFailure(this, failure);
				}
			}
			else if (!this.future.complete((T) outcome)) {
				events().discard(outcome);
			}
		}

		private boolean fail(Throwable failure) {
			return this.adopted ? this.future.fail(failure) : this.future.completeExceptionally(failure);
		}

	}

	/**
	 * Goes on after the end of a stage. No lambda, as in {@link StageListener.End}.
	 */
	record Tell(Link<?> link) implements Runnable {

		@Override
		public void run() {
			this.link.tell();
		}

	}

}
