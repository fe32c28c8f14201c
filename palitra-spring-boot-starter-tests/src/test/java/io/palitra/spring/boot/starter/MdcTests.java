package io.palitra.spring.boot.starter;

import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.palitra.EventLoopThreadRunner;
import io.palitra.reactor.ReactorTasks;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the MDC of an application that only has the starter and does nothing for it.
 */
class MdcTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withUserConfiguration(Application.class);

	@AfterEach
	void clear() {
		MDC.clear();
	}

	@Test
	void reachesTheTaskC8() {
		this.contextRunner.run((context) -> {
			MDC.put("requestId", "42");
			assertThat(context.getBean(EventLoopThreadRunner.class)
				.<String>run(() -> CompletableFuture.completedFuture(MDC.get("requestId")))).isEqualTo("42");
		});
	}

	@Test
	void reachesReactorsOperatorsOnOtherThreadsC8() {
		this.contextRunner.run((context) -> {
			MDC.put("requestId", "42");
			Mono<String> work = Mono.just("any")
				.publishOn(Schedulers.parallel())
				.map((any) -> MDC.get("requestId") + " on " + Thread.currentThread().getName());
			assertThat(context.getBean(EventLoopThreadRunner.class).run(ReactorTasks.mono(work)))
				.startsWith("42 on parallel-");
		});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
