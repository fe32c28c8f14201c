package io.palitra;

import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

@DisplayName("C9 Loop: the cause of a death that is over")
class C09CauseOfDeathTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder().name("revived").build();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	@Test
	void deathIsTheCauseUntilTheRunnerIsStartedAnew() {
		IllegalStateException death = new IllegalStateException("death");
		Support.kill(this.runner, death);
		assertThat(refused()).hasCause(death);
		this.runner.start();
		this.runner.stop();
		assertThat(refused()).hasNoCause().hasMessageContaining("is stopped");
		this.runner.start();
		assertThat(this.runner.run(Support.value("value"))).isEqualTo("value");
		this.runner.close();
		assertThat(refused()).hasNoCause().hasMessageContaining("is closed");
	}

	@Test
	void callThatAStopEndsIsNotToldOfAnEarlierDeath() {
		Support.kill(this.runner, new IllegalStateException("death"));
		this.runner.start();
		Owner<Object> owner = Owner.parked(() -> this.runner.run(Support.never()));
		Support.untilActive(this.runner, 1);
		this.runner.close(Duration.ZERO);
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class).hasNoCause();
	}

	@Test
	void secondDeathIsToldAndNotTheFirst() {
		Support.kill(this.runner, new IllegalStateException("first"));
		this.runner.start();
		IllegalStateException second = new IllegalStateException("second");
		Support.kill(this.runner, second);
		assertThat(refused()).hasCause(second);
	}

	private RunnerClosedException refused() {
		return catchThrowableOfType(RunnerClosedException.class, () -> this.runner.run(Support.value("x")));
	}

}
