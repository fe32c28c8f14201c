package io.palitra.internal.call;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of one value in a chain of futures, for all of them that it is passed on
 * to: it has one end (rule C11). A work or a thread takes it; or one of the futures that
 * it was for does not, nobody else does as long as the run goes on, and it is discarded
 * then. Guarded by the chain.
 */
final class ValueEnd {

	private final Chain chain;

	/**
	 * The one that this has become, for a future that was passed on another's value.
	 */
	private @Nullable ValueEnd same;

	/**
	 * How many futures have not come to the value that it is for.
	 */
	private int takers;

	/**
	 * Whether one of them has come to it and not taken it.
	 */
	private boolean refused;

	/**
	 * Whether the value has been taken or discarded.
	 */
	private boolean settled;

	ValueEnd(Chain chain) {
		this.chain = chain;
	}

	private ValueEnd root() {
		ValueEnd root = this;
		while (root.same != null) {
			root = root.same;
		}
		return root;
	}

	/**
	 * There is one more that the value is for.
	 */
	void enter() {
		synchronized (this.chain) {
			root().takers++;
		}
	}

	/**
	 * One that the value is for has come to it, or never will.
	 * @return whether the value is {@linkplain #settleUntaken to be discarded} at the end
	 * of the run
	 */
	boolean leave(boolean refused) {
		synchronized (this.chain) {
			ValueEnd root = root();
			root.takers--;
			root.refused |= refused;
			return root.isUntaken();
		}
	}

	/**
	 * The value is somebody's, also if it is yet to come.
	 */
	void settle() {
		synchronized (this.chain) {
			root().settled = true;
		}
	}

	/**
	 * Settles the value unless somebody has taken it or still may.
	 * @return whether that was done, and the value is to be discarded
	 */
	boolean settleUntaken() {
		synchronized (this.chain) {
			ValueEnd root = root();
			boolean untaken = root.isUntaken();
			root.settled |= untaken;
			return untaken;
		}
	}

	/**
	 * The value is that of another, whose future has passed it on.
	 */
	void become(ValueEnd other) {
		synchronized (this.chain) {
			ValueEnd root = other.root();
			root.takers += this.takers;
			root.refused |= this.refused;
			root.settled |= this.settled;
			this.same = root;
		}
	}

	private boolean isUntaken() {
		return this.takers == 0 && this.refused && !this.settled;
	}

}
