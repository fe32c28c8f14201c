package io.palitra.jfr;

import java.util.Locale;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

import io.palitra.internal.call.CallPlace;
import io.palitra.spi.RunEvent;
import io.palitra.spi.RunResult;

/**
 * One call, from the call to its end. The stack is that of the thread that has the
 * outcome first, which is the caller's if one waits.
 */
@Name("io.palitra.Call")
@Label("Call")
@Category("palitra")
@Description("A call of a runner, from the call to its end")
final class CallEvent extends Event {

	@Label("Runner")
	@Nullable String runner;

	@Label("Task")
	@Nullable String task;

	@Label("Place")
	@Description("Where the call was made")
	@Nullable String place;

	@Label("Outcome")
	@Description("success, error, timeout, interrupted, cancelled, rejected or closed")
	@Nullable String outcome;

	@Label("Failure")
	@Description("The class of what the task failed with")
	@Nullable Class<?> failure;

	@Label("Queue Time")
	@Description("From the call to the start of its task")
	@Timespan
	long queueTime;

	@Label("Run Time")
	@Description("From the start of the task to the end of the call")
	@Timespan
	long runTime;

	/**
	 * The call is made, by the current thread.
	 */
	void made() {
		begin();
		this.place = CallPlace.lineOfCurrentThread();
	}

	void ended(RunEvent run, RunResult result, @Nullable Throwable failure) {
		end();
		if (!shouldCommit()) {
			return;
		}
		this.runner = run.getRunnerName();
		this.task = run.getTaskName();
		this.outcome = result.name().toLowerCase(Locale.ROOT);
		this.failure = (failure != null) ? failure.getClass() : null;
		this.queueTime = run.getQueueTime().toNanos();
		this.runTime = run.getTotalTime().minus(run.getQueueTime()).toNanos();
		commit();
	}

}
