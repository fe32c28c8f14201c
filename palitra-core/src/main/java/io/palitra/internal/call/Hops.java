package io.palitra.internal.call;

import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.loop.Uncaught;

/**
 * The commands that one call's work has for the thread that waits for it (rule C7). Who
 * adds one then reads {@link #owner}; the owner takes that away, then runs what is there:
 * a command that was accepted is run.
 */
final class Hops implements Executor {

	private final OwnedCall<?> call;

	/**
	 * Not the commands themselves: one may come twice or equal another, and each is taken
	 * out alone.
	 */
	private final Queue<Hop> commands = new ConcurrentLinkedQueue<>();

	/**
	 * The thread that waits, let go when it leaves.
	 */
	private volatile @Nullable Thread owner;

	/**
	 * Whether a command runs, and how many nanoseconds those before have taken. Written
	 * by the owner.
	 */
	private volatile boolean running;

	private volatile long time;

	Hops(OwnedCall<?> call, Thread owner) {
		this.call = call;
		this.owner = owner;
	}

	@Override
	public void execute(Runnable command) {
		Objects.requireNonNull(command, "command");
		if (this.owner == Thread.currentThread()) {
			command.run();
			return;
		}
		Hop hop = new Hop(command);
		this.commands.add(hop);
		Thread owner = this.owner;
		if (owner != null) {
			LockSupport.unpark(owner);
		}
		else if (this.commands.remove(hop)) {
			throw new RejectedExecutionException(Texts.hopRefused(this.call, command));
		}
	}

	boolean isWaiting() {
		return !this.commands.isEmpty();
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
		Hop hop = this.commands.poll();
		if (hop == null) {
			return false;
		}
		long since = System.nanoTime();
		this.running = true;
		try {
			this.call.runInside(hop.command);
		}
		catch (VirtualMachineError ex) {
			// Who has overflowed may have left anything undone: the call fails of it.
			throw ex;
		}
		catch (Throwable ex) {
			Uncaught.report(ex);
		}
		finally {
			this.running = false;
			this.time += System.nanoTime() - since;
		}
		return true;
	}

	/**
	 * Refuses everything further and forgets what is left: the owner cannot run it.
	 */
	void refuse() {
		this.owner = null;
		this.commands.clear();
	}

	/**
	 * Refuses everything further and runs what is left; for the owner. A command either
	 * runs, or its submitter is told that it will not.
	 */
	void close() {
		this.owner = null;
		while (runNext()) {
			continue;
		}
	}

	/**
	 * A command.
	 */
	private static final class Hop {

		final Runnable command;

		Hop(Runnable command) {
			this.command = command;
		}

	}

}
