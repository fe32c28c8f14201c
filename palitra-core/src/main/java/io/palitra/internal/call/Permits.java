package io.palitra.internal.call;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import io.palitra.OverloadPolicy;
import io.palitra.spi.RunResult;

/**
 * How much work a runner admits at once (rule C15). A permit belongs to the work, not to
 * whoever waits for it, and is handed from the work that ends to the call that has waited
 * longest. Nobody blocks here: a call without a permit is just not on the loop yet.
 */
final class Permits {

	private final int max;

	private final OverloadPolicy policy;

	private final ReentrantLock lock = new ReentrantLock();

	/**
	 * In the order of their coming. Guarded by the lock, like {@link #taken}.
	 */
	private final Set<Call<?>> waiting = new LinkedHashSet<>();

	private int taken;

	Permits(int max, OverloadPolicy policy) {
		this.max = max;
		this.policy = policy;
	}

	/**
	 * Gives a permit to a call and hands it to the loop, now or when its turn comes.
	 * @return the call's outcome if it can have none
	 */
	@Nullable RunResult admit(Call<?> call) {
		this.lock.lock();
		try {
			// Who is about to be handed over counts, see handOut().
			if (this.policy == OverloadPolicy.REJECT && this.taken + this.waiting.size() >= this.max) {
				return RunResult.REJECTED;
			}
			this.waiting.add(call);
		}
		finally {
			this.lock.unlock();
		}
		handOut();
		return null;
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
		List<Call<?>> refused = new ArrayList<>();
		this.lock.lock();
		try {
			Iterator<Call<?>> calls = this.waiting.iterator();
			while (this.taken < this.max && calls.hasNext()) {
				Call<?> call = calls.next();
				calls.remove();
				if (!call.admit()) {
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
		refused.forEach((call) -> call.refuse(RunResult.CLOSED));
	}

	/**
	 * Returns the calls that wait for a permit.
	 */
	List<Call<?>> waiting() {
		this.lock.lock();
		try {
			return List.copyOf(this.waiting);
		}
		finally {
			this.lock.unlock();
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
