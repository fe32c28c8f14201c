package io.palitra.stress.soak;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SoakTests {

	@Test
	@Timeout(value = 15, unit = TimeUnit.MINUTES)
	void everyCallHasOneOutcomeAndNothingIsLeft() {
		Soak.Options options = Soak.Options.parse("--seconds=" + System.getProperty("soak.seconds", "30"));
		assertThat(new Soak(options, System.out).run()).isEmpty();
	}

	@Test
	void argumentsThatNobodyKnowsAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Soak.Options.parse("--minutes=1"))
			.withMessageStartingWith("Unknown argument '--minutes=1'");
		assertThatIllegalArgumentException().isThrownBy(() -> Soak.Options.parse("--seconds=long"))
			.withMessage("'--seconds=long' needs a whole number");
	}

}
