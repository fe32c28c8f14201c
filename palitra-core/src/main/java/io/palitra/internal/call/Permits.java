package io.palitra.internal.call;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

import io.palitra.OverloadPolicy;

/**
 * How much work a runner admits at once (rule C15). A permit belongs to the work, not to
 * whoever waits for it, and is handed from the work that ends to the call that has waited
 * longest. Nobody blocks here: a call without a permit is just not handed over yet.
 * <p>
 * What is done under the lock is short, calls no code of others', and begins only where
 * the stack has room for it.
 */
final class Permits {

	private final int max;

	private final OverloadPolicy policy;

	private final ReentrantLock lock = new ReentrantLock();

	/**
	 * In the order of their coming. Guarded by the lock.
	 */
	private final Set<Call<?>> waiting = new LinkedHashSet<>();

	/**
	 * Written under the lock, and read without it by those who only tell it.
	 */
	private volatile int taken;

	Permits(int max, OverloadPolicy policy) {
		this.max = max;
		this.policy = policy;
	}

	int free() {
		return Math.max(this.max - this.taken, 0);
	}

	/**
	 * Gives a permit to a call and has it handed over, now or when its turn comes.
	 * @return {@code false} if it can have none
	 */
	boolean admit(Call<?> call) {
		this.lock.lock();
		try {
			// Who is about to be handed over counts, see handOut().
			if (this.policy == OverloadPolicy.REJECT && this.taken + this.waiting.size() >= this.max) {
				return false;
			}
			this.waiting.add(call);
		}
		finally {
			this.lock.unlock();
		}
		handOut();
		return true;
	}

	/**
	 * Gives a call a permit even if there is none, for one that cannot wait: others wait
	 * until so much less is done.
	 * @return {@code false} if the call was given up
	 */
	boolean admitAtOnce(Call<?> call) {
		this.lock.lock();
		try {
			boolean admitted = call.admitNow();
			this.taken += admitted ? 1 : 0;
			return admitted;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Takes a permit back and passes it on.
	 */
	void release() {
		this.lock.lock();
		this.taken--;
		this.lock.unlock();
		handOut();
	}

	/**
	 * Hands over as many of those who wait as there are permits. Under the lock, so that
	 * they come to the loop in the order in which they came here (rule C12).
	 */
	private void handOut() {
		List<Call<?>> refused = new ArrayList<>(0);
		this.lock.lock();
		try {
			Iterator<Call<?>> calls = this.waiting.iterator();
			while (this.taken < this.max && calls.hasNext()) {
				Call<?> call = calls.next();
				calls.remove();
				if (!call.admitNow()) {
					continue;
				}
				this.taken++;
				if (!call.handOver()) {
					refused.add(call);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		// Not under the lock: this runs the code of others, and gives the permits back.
		for (Call<?> call : refused) {
			call.abandon();
		}
	}

	/**
	 * The call does not want a permit any more. One that says so before it waits is
	 * passed over when its turn comes.
	 */
	void forget(Call<?> call) {
		this.lock.lock();
		try {
			this.waiting.remove(call);
		}
		finally {
			this.lock.unlock();
		}
	}

}
