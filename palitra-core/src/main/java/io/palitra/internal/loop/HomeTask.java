package io.palitra.internal.loop;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A command that must run, on the loop if that can still be had: others depend on it.
 */
final class HomeTask extends LoopTask {

	private final Runnable command;

	private final AtomicBoolean taken = new AtomicBoolean();

	HomeTask(Runnable command) {
		this.command = command;
	}

	@Override
	protected void run() {
		if (this.taken.compareAndSet(false, true)) {
			this.command.run();
		}
	}

	/**
	 * Runs the command where it is found out that the loop cannot.
	 */
	@Override
	protected boolean abandon() {
		Trampoline.runElsewhere(this::run);
		return false;
	}

}
