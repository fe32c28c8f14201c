package io.palitra.jfr;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;
import io.palitra.spi.RunResult;

/**
 * Has the JDK's Flight Recorder record an event {@code io.palitra.Call} for each call:
 * runner, task, outcome, class of the failure, time before and after the start of the
 * task, and the place in the code that made it. A call is recorded if a recording that
 * wants it has been running since before the call; without one, two looks at a flag are
 * all that a call pays.
 *
 * <pre>{@code
 * EventLoopThreadRunner.builder().listener(new JfrRunListener()).build();
 * }</pre>
 *
 * Thread-safe; one may serve several runners.
 */
public final class JfrRunListener implements RunListener {

	/**
	 * The calls that are being recorded.
	 */
	private final Map<RunEvent, CallEvent> recorded = new ConcurrentHashMap<>();

	/**
	 * Creates a listener.
	 */
	public JfrRunListener() {
	}

	@Override
	public void onSubmit(RunEvent run) {
		CallEvent event = new CallEvent();
		if (event.isEnabled()) {
			event.made();
			this.recorded.put(run, event);
		}
	}

	@Override
	public void onEnd(RunEvent run, RunResult result, @Nullable Throwable failure) {
		if (this.recorded.isEmpty()) {
			return;
		}
		CallEvent event = this.recorded.remove(run);
		if (event != null) {
			event.ended(run, result, failure);
		}
	}

}
