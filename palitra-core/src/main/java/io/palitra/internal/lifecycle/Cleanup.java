package io.palitra.internal.lifecycle;

import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.internal.loop.Log;

/**
 * Something to do when a runner is closed. Nobody sees its result.
 */
final class Cleanup implements Runnable {

	private final String runner;

	private final AsyncCallable<?> task;

	private volatile boolean started;

	private volatile boolean done;

	Cleanup(String runner, AsyncCallable<?> task) {
		this.runner = runner;
		this.task = task;
	}

	boolean isStarted() {
		return this.started;
	}

	boolean isDone() {
		return this.done;
	}

	@Override
	public void run() {
		this.started = true;
		try {
			CompletionStage<?> stage = this.task.call();
			stage.whenComplete((value, failure) -> end(failure));
		}
		catch (Throwable ex) {
			end(ex);
		}
	}

	private void end(@Nullable Throwable failure) {
		this.done = true;
		if (failure != null) {
			Log.warn("A clean-up of runner \"" + this.runner + "\" failed", failure);
		}
	}

}
