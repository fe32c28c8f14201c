package io.palitra.stress.close;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

class CloseUnderFireTests {

	@Test
	@Timeout(value = 10, unit = TimeUnit.MINUTES)
	void everyOwnerIsReleasedAndNothingIsLeft() {
		assertThat(new CloseUnderFire(200, System.nanoTime(), System.out).run()).isEmpty();
	}

}
