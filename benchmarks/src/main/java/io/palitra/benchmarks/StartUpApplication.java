package io.palitra.benchmarks;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The application of {@link StartUp}, which tells how many threads it has as soon as it
 * is ready, and ends.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class StartUpApplication {

	public static void main(String[] args) {
		SpringApplication application = new SpringApplicationBuilder(StartUpApplication.class)
			.web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "logging.level.root=warn")
			.build();
		try (ConfigurableApplicationContext context = application.run(args)) {
			System.out.println(Thread.getAllStackTraces().size());
		}
	}

}
