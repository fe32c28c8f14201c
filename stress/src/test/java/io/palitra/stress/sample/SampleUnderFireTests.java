package io.palitra.stress.sample;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

import static org.assertj.core.api.Assertions.assertThat;

class SampleUnderFireTests {

	private static final Path SAMPLE = Path.of("../samples/palitra-sample-webmvc/target/palitra-sample-webmvc.jar");

	@Test
	@EnabledIf("isPackaged")
	@Timeout(value = 10, unit = TimeUnit.MINUTES)
	void everyRequestIsAnswered() throws Exception {
		assertThat(new SampleUnderFire(SAMPLE, 1, System.out).run()).isEmpty();
	}

	/**
	 * A build that ends before the package phase has no sample to run.
	 */
	static boolean isPackaged() {
		return SAMPLE.toFile().exists();
	}

}
