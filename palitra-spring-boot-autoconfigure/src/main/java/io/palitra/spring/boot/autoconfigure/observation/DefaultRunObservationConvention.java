package io.palitra.spring.boot.autoconfigure.observation;

import java.util.Locale;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;

import io.palitra.spi.RunResult;

/**
 * The convention that is used where there is no other: {@code palitra.run} with the name
 * of the runner as {@code name}, how the call ended as {@code outcome} ({@code none}
 * before it has), and, with high cardinality, the name of the task as {@code task}.
 */
public class DefaultRunObservationConvention implements RunObservationConvention {

	/**
	 * Creates the convention.
	 */
	public DefaultRunObservationConvention() {
	}

	@Override
	public String getName() {
		return "palitra.run";
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(RunObservationContext context) {
		RunResult result = context.getResult();
		return KeyValues.of("name", context.getRun().getRunnerName(), "outcome",
				(result != null) ? result.name().toLowerCase(Locale.ROOT) : KeyValue.NONE_VALUE);
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(RunObservationContext context) {
		return KeyValues.of("task", context.getRun().getTaskName());
	}

}
