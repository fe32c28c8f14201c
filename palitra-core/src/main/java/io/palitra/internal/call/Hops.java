package io.palitra.internal.call;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.loop.Uncaught;

/**
 * The commands that one call's work has for the thread that waits for it (rule C7).
 */
final class Hops implements Executor {

	/**
	 * The thread that waits, let go when it leaves. Guarded by the lock.
	 */
	private @Nullable Thread owner;

	private final Call<?> call;

	private final ReentrantLock lock = new ReentrantLock();

	/**
	 * In the order of submission. Guarded by the lock.
	 */
	private final Deque<Runnable> commands = new ArrayDeque<>();

	/**
	 * Whether there are commands, for the owner to read between two parks. Written under
	 * the lock and before the unpark: the owner sees it or is woken to see it.
	 */
	private volatile boolean waiting;

	/**
	 * Whether one runs, and how many nanoseconds those before have taken. Written by the
	 * owner.
	 */
	private volatile boolean running;

	private volatile long time;

	Hops(Call<?> call, Thread owner) {
		this.call = call;
		this.owner = owner;
	}

	@Override
	public void execute(Runnable command) {
		Objects.requireNonNull(command, "command");
		Thread owner;
		this.lock.lock();
		try {
			owner = this.owner;
			if (owner == null) {
				throw new RejectedExecutionException("The " + this.call
						+ " has ended, and the thread that waited for it has left: it cannot run " + command);
			}
			if (owner != Thread.currentThread()) {
				this.commands.addLast(command);
				this.waiting = true;
			}
		}
		finally {
			this.lock.unlock();
		}
		if (owner == Thread.currentThread()) {
			command.run();
		}
		else {
			LockSupport.unpark(owner);
		}
	}

	boolean isWaiting() {
		return this.waiting;
	}

	boolean isRunning() {
		return this.running;
	}

	long time() {
		return this.time;
	}

	/**
	 * Runs the next command, if there is one; for the owner.
	 * @return whether there was one
	 */
	boolean runNext() {
		Runnable command = next();
		if (command == null) {
			return false;
		}
		long since = System.nanoTime();
		this.running = true;
		try {
			command.run();
		}
		catch (Throwable ex) {
			Uncaught.report(ex);
		}
		this.running = false;
		this.time += System.nanoTime() - since;
		return true;
	}

	/**
	 * Refuses everything further and runs what is left; for the owner. A command either
	 * runs, or its submitter is told that it will not.
	 */
	void close() {
		this.lock.lock();
		this.owner = null;
		this.lock.unlock();
		while (runNext()) {
			continue;
		}
	}

	private @Nullable Runnable next() {
		this.lock.lock();
		try {
			Runnable command = this.commands.pollFirst();
			this.waiting = !this.commands.isEmpty();
			return command;
		}
		finally {
			this.lock.unlock();
		}
	}

}
