package io.palitra.spring.boot.autoconfigure.observation;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

import io.palitra.spi.RunEvent;
import io.palitra.spi.RunResult;

/**
 * What is known of a call that is observed.
 */
public final class RunObservationContext extends Observation.Context {

	private final RunEvent run;

	private volatile @Nullable RunResult result;

	RunObservationContext(RunEvent run) {
		this.run = run;
	}

	/**
	 * Returns the call.
	 * @return the call
	 */
	public RunEvent getRun() {
		return this.run;
	}

	/**
	 * Returns how the call ended.
	 * @return the result, {@code null} if the call has not ended
	 */
	public @Nullable RunResult getResult() {
		return this.result;
	}

	void setResult(RunResult result) {
		this.result = result;
	}

}
