package io.palitra.docs.testing;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.context.junit.jupiter.SpringExtension;

import io.palitra.AsyncCallable;
import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.given;

/**
 * What the page on testing says of a mock of a runner.
 */
@ExtendWith(SpringExtension.class)
@ContextConfiguration
class MockedRunnerTests {

	@MockitoBean
	private EventLoopThreadRunner runner;

	@Autowired
	private EventLoopThreadRunner injected;

	@Test
	void answersWithoutCallingTheTask() {
		assertThat(this.injected).isSameAs(this.runner);
		AtomicInteger calls = new AtomicInteger();
		AsyncCallable<Integer> task = () -> CompletableFuture.completedFuture(calls.incrementAndGet());
		assertThat(this.runner.<Integer>run(task)).isNull();
		assertThat(this.runner.<Integer>run(task, Duration.ofSeconds(2))).isNull();
		assertThat(this.runner.<Integer>runScoped((scope) -> task.call())).isNull();
		assertThat(this.runner.submit(task)).isCompletedWithValue(null);
		assertThat(this.runner.gather(task, task)).isEmpty();
		assertThat(this.runner.gatherOutcomes(task, task)).isEmpty();
		assertThat(this.runner.stream((subscriber) -> calls.incrementAndGet())).isEmpty();
		assertThat(this.runner.blocking(Runnable.class, new Object())).isNull();
		assertThat(this.runner.getLoop()).isNull();
		assertThat(this.runner.snapshot()).isNull();
		assertThat(this.runner.isAlive()).isFalse();
		assertThat(calls).hasValue(0);
	}

	@Test
	void stubNeedsTheVeryOverload() {
		given(this.runner.<String>run(any(), eq(Duration.ofSeconds(2)))).willReturn("stubbed");
		AsyncCallable<String> task = () -> CompletableFuture.completedFuture("real");
		assertThat(this.runner.<String>run(task, Duration.ofSeconds(2))).isEqualTo("stubbed");
		assertThat(this.runner.<String>run(task)).isNull();
		assertThat(this.runner.<String>run(task, RunOptions.defaults().timeout(Duration.ofSeconds(2)))).isNull();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

	}

}
