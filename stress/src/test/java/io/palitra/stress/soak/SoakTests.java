package io.palitra.stress.soak;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.palitra.stress.mode.Mode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SoakTests {

	/**
	 * For the modes and all that is mixed together.
	 */
	private static final long SECONDS = Long.getLong("soak.seconds", 30);

	private static final long OF_A_MODE = Math.max(1, SECONDS / (2 * Mode.values().length));

	@Test
	@Timeout(value = 15, unit = TimeUnit.MINUTES)
	void everyCallHasOneOutcomeAndNothingIsLeft() {
		long left = Math.max(1, SECONDS - OF_A_MODE * Mode.values().length);
		Soak.Options options = Soak.Options.parse("--seconds=" + left);
		assertThat(new Soak(options, System.out).run()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	@Timeout(value = 15, unit = TimeUnit.MINUTES)
	void noKindOfFaultLeavesACallerOrLosesAnything(Mode mode) {
		Soak.Options options = Soak.Options.parse("--mode=" + mode, "--seconds=" + OF_A_MODE, "--calls-per-round=1000");
		assertThat(new Soak(options, System.out).run()).isEmpty();
	}

	@Test
	void argumentsThatNobodyKnowsAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Soak.Options.parse("--minutes=1"))
			.withMessageStartingWith("Unknown argument '--minutes=1'");
		assertThatIllegalArgumentException().isThrownBy(() -> Soak.Options.parse("--seconds=long"))
			.withMessage("'--seconds=long' needs a whole number");
		assertThatIllegalArgumentException().isThrownBy(() -> Soak.Options.parse("--mode=lazy"))
			.withMessageStartingWith("Unknown mode 'lazy'; known are mixed, permits,");
	}

}
