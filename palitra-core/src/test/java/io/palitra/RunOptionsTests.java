package io.palitra;

import java.time.Duration;
import java.util.concurrent.Executor;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RunOptionsTests {

	@Test
	void defaultsChangeNothing() {
		RunOptions options = RunOptions.defaults();
		assertThat(options.name()).isEmpty();
		assertThat(options.timeout()).isEmpty();
		assertThat(options.startOn()).isEmpty();
		assertThat(options.maxConcurrency()).isEmpty();
		assertThat(RunOptions.defaults()).isSameAs(options);
	}

	@Test
	void everyMethodReturnsNewOptionsAndKeepsTheRest() {
		RunOptions named = RunOptions.defaults().name("load-user");
		RunOptions timed = named.timeout(Duration.ofSeconds(2));
		Executor here = Runnable::run;
		RunOptions placed = timed.startOn(here);
		RunOptions all = placed.maxConcurrency(4);
		assertThat(RunOptions.defaults().name()).isEmpty();
		assertThat(named.timeout()).isEmpty();
		assertThat(timed.startOn()).isEmpty();
		assertThat(placed.maxConcurrency()).isEmpty();
		assertThat(all.name()).hasValue("load-user");
		assertThat(all.timeout()).hasValue(Duration.ofSeconds(2));
		assertThat(all.startOn()).hasValue(here);
		assertThat(all.maxConcurrency()).hasValue(4);
		assertThat(all.name("other").maxConcurrency()).hasValue(4);
	}

	@Test
	void areEqualByValue() {
		RunOptions one = RunOptions.defaults().name("n").timeout(Duration.ofMillis(1)).maxConcurrency(2);
		RunOptions same = RunOptions.defaults().maxConcurrency(2).timeout(Duration.ofNanos(1_000_000)).name("n");
		assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).hasToString(same.toString());
		assertThat(one).isNotEqualTo(one.name("m"))
			.isNotEqualTo(one.timeout(Duration.ofMillis(2)))
			.isNotEqualTo(one.startOn(Runnable::run))
			.isNotEqualTo(one.maxConcurrency(3))
			.isNotEqualTo(RunOptions.defaults())
			.isNotEqualTo("n");
	}

	@Test
	void textShowsTheValues() {
		assertThat(RunOptions.defaults().name("n").timeout(Duration.ofSeconds(2)).maxConcurrency(3).toString())
			.contains("name=n")
			.contains("timeout=PT2S")
			.contains("startOn=null")
			.contains("maxConcurrency=3");
	}

}
