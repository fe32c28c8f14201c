package io.palitra.spring.boot.autoconfigure;

import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.palitra.EventLoopThreadRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EventLoopThreadRunnerLifecycle} in a context that is paused, which
 * Spring Boot 3 does not do.
 */
class Boot4PauseTests {

	private final String prefix = LoopThreads.newPrefix();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PalitraAutoConfiguration.class))
		.withPropertyValues("palitra.runner.thread-name-prefix=" + this.prefix);

	@Test
	void pausedContextIsWithoutThreadUntilItIsRestarted() {
		this.contextRunner.run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			context.pause();
			assertThat(runner.isAlive()).isFalse();
			LoopThreads.awaitNone(this.prefix);
			context.restart();
			assertThat(thread(runner)).isIn(LoopThreads.named(this.prefix));
		});
	}

	@Test
	void everyRunnerHasItsOwnAutoStartup() {
		this.contextRunner.withPropertyValues("palitra.runners.manual.auto-startup=false").run((context) -> {
			EventLoopThreadRunner automatic = context.getBean(EventLoopThreadRunner.class);
			EventLoopThreadRunner manual = context.getBean("manualEventLoopThreadRunner", EventLoopThreadRunner.class);
			assertThat(automatic.isAlive()).isTrue();
			assertThat(manual.isAlive()).isFalse();
			context.pause();
			context.restart();
			assertThat(automatic.isAlive()).isTrue();
			assertThat(manual.isAlive()).isFalse();
			context.start();
			assertThat(manual.isAlive()).isTrue();
		});
	}

	@Test
	void runnerThatWasStartedByHandComesBackAfterAPause() {
		this.contextRunner.withPropertyValues("palitra.runner.auto-startup=false").run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			runner.start();
			context.pause();
			assertThat(runner.isAlive()).isFalse();
			context.restart();
			assertThat(runner.isAlive()).isTrue();
		});
	}

	@Test
	void runnerThatWasStoppedByHandStaysStopped() {
		this.contextRunner.withPropertyValues("palitra.runner.auto-startup=false").run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			runner.start();
			context.pause();
			context.restart();
			runner.stop();
			context.pause();
			context.restart();
			assertThat(runner.isAlive()).isFalse();
		});
	}

	private static Thread thread(EventLoopThreadRunner runner) {
		return runner.run(() -> CompletableFuture.completedFuture(Thread.currentThread()));
	}

}
