package io.palitra.benchmarks;

import java.util.Arrays;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The application of {@link StartUp}, which tells how many threads it has as soon as it
 * is ready, then how many milliseconds it takes to start again in the same JVM, and ends.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class StartUpApplication {

	private static final int STARTS_AGAIN = 9;

	public static void main(String[] args) {
		try (ConfigurableApplicationContext context = start()) {
			System.out.println(Thread.getAllStackTraces().size());
			System.out.flush();
		}
		long[] nanos = new long[STARTS_AGAIN];
		for (int count = 0; count < STARTS_AGAIN; count++) {
			long since = System.nanoTime();
			try (ConfigurableApplicationContext context = start()) {
				nanos[count] = System.nanoTime() - since;
			}
		}
		Arrays.sort(nanos);
		System.out.println(nanos[STARTS_AGAIN / 2] / 1e6);
	}

	private static ConfigurableApplicationContext start() {
		return new SpringApplicationBuilder(StartUpApplication.class)
			.properties("spring.main.banner-mode=off", "logging.level.root=warn", "server.address=127.0.0.1",
					"server.port=0")
			.run();
	}

}
