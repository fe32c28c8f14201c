package io.palitra.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.palitra.EventLoopThreadRunner;

import static org.awaitility.Awaitility.await;

/**
 * What {@link ForkedApplicationTests} start: makes a call with each runner, prints what
 * there is, and ends.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class ForkedApplication {

	public static void main(String[] args) {
		SpringApplication application = new SpringApplication(ForkedApplication.class);
		application.setDefaultProperties(Map.of("spring.main.web-application-type", "none",
				"management.endpoints.web.exposure.include", "palitra", "palitra.runners.reports.timeout", "10s"));
		ConfigurableApplicationContext context = application.run(args);
		describe(context);
		context.close();
		await().atMost(Duration.ofSeconds(30)).until(() -> threads().isEmpty());
		System.out.println("left no thread");
	}

	private static List<String> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map(Thread::getName)
			.filter((name) -> name.startsWith("palitra-"))
			.toList();
	}

	private static void describe(ApplicationContext context) {
		Stream
			.of("org.springframework.boot.health.contributor.HealthContributor",
					"org.springframework.boot.actuate.health.HealthContributor",
					"io.micrometer.core.instrument.MeterRegistry", "reactor.core.publisher.Mono")
			.forEach((type) -> {
				try {
					Class<?> present = Class.forName(type);
					if (type.endsWith("Mono") || context.getBeanNamesForType(present).length > 0) {
						System.out.println("has " + present.getSimpleName());
					}
				}
				catch (ClassNotFoundException ex) {
					System.out.println("lacks " + type);
				}
			});
		if (context.containsBean("palitraEndpoint")) {
			System.out.println("has Endpoint");
		}
		if (context.containsBean("lateEventLoopThreadRunner")) {
			System.out.println("has late");
		}
		if (Boolean.getBoolean("spring.aot.enabled")) {
			System.out.println("processed ahead of time");
		}
	}

	@Bean
	static CommandLineRunner caller(EventLoopThreadRunner runner, @Qualifier("reports") EventLoopThreadRunner reports) {
		return (args) -> {
			for (EventLoopThreadRunner each : List.of(runner, reports)) {
				System.out.println(each.<String>run(
						() -> CompletableFuture.completedFuture("result on " + Thread.currentThread().getName())));
			}
		};
	}

}
