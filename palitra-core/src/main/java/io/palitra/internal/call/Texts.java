package io.palitra.internal.call;

import java.time.Duration;
import java.util.concurrent.CancellationException;

import org.jspecify.annotations.Nullable;

import io.palitra.RunInterruptedException;
import io.palitra.RunPhase;
import io.palitra.RunTimeoutException;
import io.palitra.RunnerClosedException;
import io.palitra.RunnerOverloadedException;
import io.palitra.RunnerState;
import io.palitra.internal.Settings;
import io.palitra.internal.loop.Loop;
import io.palitra.internal.loop.LoopStack;
import io.palitra.internal.loop.Names;
import io.palitra.internal.loop.Nanos;

/**
 * What is said where a call fails.
 */
final class Texts {

	private Texts() {
	}

	static String returnedNull(String taskName) {
		return "task \"" + taskName + "\" returned null instead of a CompletionStage; for a null result return "
				+ "CompletableFuture.completedFuture(null)";
	}

	static String givenUp(String taskName) {
		return "Task \"" + taskName + "\" was given up, and the future that it had returned was cancelled with it; "
				+ "wait for a future that others wait for, too, with await, which does not cancel it";
	}

	static String hopRefused(Call<?> call, Runnable command) {
		return "The " + call + " has ended, and the thread that waited for it has left: it cannot run " + command;
	}

	/**
	 * Returns what to throw when the runner does not take something, or has not ended it.
	 * @param what what became of it, as the beginning of a sentence
	 * @param death what the loop's thread died of, if it did
	 */
	static RunnerClosedException closed(String what, Settings settings, RunnerState state, @Nullable Throwable death) {
		String why = switch (state) {
			case CLOSED -> "is closed";
			case RUNNING -> "has been started anew since";
			case STOPPED -> "is stopped; start() starts it again";
			default -> (death != null) ? "has lost its thread to " + Names.escape(describe(death)) : "is stopping";
		};
		return new RunnerClosedException(what + ": runner \"" + settings.runner() + "\" " + why, death);
	}

	/**
	 * Returns the text of an exception, or its class if it has none to give.
	 */
	private static String describe(Throwable failure) {
		try {
			return failure.toString();
		}
		catch (Throwable ex) {
			return failure.getClass().getName();
		}
	}

	static RunnerOverloadedException overloaded(String task, Settings settings, @Nullable Throwable cause) {
		if (cause == null) {
			return new RunnerOverloadedException(task + " was refused: runner \"" + settings.runner()
					+ "\" has as many calls in flight as it admits (maxInFlight " + settings.maxInFlight()
					+ "; a call that was given up counts until its work ends)");
		}
		RunnerOverloadedException refused = new RunnerOverloadedException(task + " on runner \"" + settings.runner()
				+ "\" was refused by the executor that it was to start on: " + Names.escape(describe(cause)));
		refused.initCause(cause);
		return refused;
	}

	static RunInterruptedException interrupted(Call<?> call, Failed failed) {
		String text = task(call) + " on runner \"" + call.getRunnerName() + "\" was "
				+ (failed.wasStarted() ? "cancelled" : "not started") + ": thread \"" + Names.of(Thread.currentThread())
				+ "\" was interrupted";
		return new RunInterruptedException(text, new InterruptedException(text));
	}

	static CancellationException cancelled(Call<?> call) {
		return new CancellationException(task(call) + " was cancelled");
	}

	static String task(Work<?> work) {
		return "Task \"" + work.getTaskName() + "\"";
	}

	static String hang(Call<?> call, Thread owner, long age) {
		return "Thread \"" + Names.of(owner) + "\" has waited " + Nanos.text(age) + " for task \"" + call.getTaskName()
				+ "\" on runner \"" + call.getRunnerName() + "\": " + call.phase() + classInitializer(owner);
	}

	static RunTimeoutException timeout(Call<?> call, Failed failed, long limit, String missing) {
		RunPhase phase = failed.phase();
		StringBuilder text = new StringBuilder(task(call)).append(" on runner \"")
			.append(call.getRunnerName())
			.append("\" did not end within ")
			.append(Nanos.text(limit))
			.append(": ")
			.append(phase)
			.append(" (");
		call.appendTimes(text, phase);
		if (failed.hopTime() > 0) {
			text.append(", of which in the caller's thread ").append(Nanos.text(failed.hopTime()));
		}
		text.append(')').append(missing);
		Loop loop = call.loop();
		long held = loop.watch().heldFor();
		boolean isHeld = held >= Math.min(Math.max(limit / 2, Loop.HELD / 10), Loop.HELD);
		if (isHeld) {
			text.append("; thread \"")
				.append(Names.of(loop.thread()))
				.append("\" has been held for ")
				.append(Nanos.text(held));
		}
		text.append(classInitializer(Thread.currentThread()));
		RunTimeoutException timeout = new RunTimeoutException(text.toString(), Duration.ofNanos(limit), phase);
		if (isHeld) {
			timeout.addSuppressed(new LoopStack("what thread \"" + Names.of(loop.thread()) + "\" was doing",
					loop.thread().getStackTrace()));
		}
		return timeout;
	}

	/**
	 * Tells why it may be that the work never ends, if the thread that waits for it holds
	 * the lock of a class that is being initialized: whatever the work needs of that
	 * class waits for the thread.
	 */
	private static String classInitializer(Thread owner) {
		for (StackTraceElement frame : owner.getStackTrace()) {
			if (frame.getMethodName().equals("<clinit>")) {
				return ". It waits in the class initializer of " + frame.getClassName()
						+ ": work that uses this class cannot go on until that has ended";
			}
		}
		return "";
	}

}
