package io.palitra.internal.loop;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Runs commands that run further commands, as dependents of a future do, in one another
 * to a certain depth and after one another beyond it: however long the chain, the stack
 * ends. For one thread.
 */
final class Trampoline {

	private static final int MAX_DEPTH = 100;

	/**
	 * For threads that run what a loop can no longer run.
	 */
	private static final ThreadLocal<Trampoline> elsewhere = new ThreadLocal<>();

	private final Deque<Runnable> waiting = new ArrayDeque<>();

	private int depth;

	/**
	 * Runs a command on whatever thread this is.
	 */
	static void runElsewhere(Runnable command) {
		Trampoline outer = elsewhere.get();
		if (outer != null) {
			outer.run(command);
			return;
		}
		Trampoline trampoline = new Trampoline();
		elsewhere.set(trampoline);
		try {
			trampoline.run(command);
		}
		finally {
			elsewhere.remove();
		}
	}

	void run(Runnable command) {
		if (this.depth == MAX_DEPTH) {
			this.waiting.addLast(command);
			return;
		}
		this.depth++;
		try {
			command.run();
		}
		finally {
			if (this.depth == 1) {
				runWaiting();
			}
			this.depth--;
		}
	}

	private void runWaiting() {
		for (Runnable command = this.waiting.pollFirst(); command != null; command = this.waiting.pollFirst()) {
			try {
				command.run();
			}
			catch (Throwable ex) {
				Uncaught.report(ex);
			}
		}
	}

}
