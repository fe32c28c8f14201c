package consumer;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import io.palitra.EventLoopThreadRunner;

/**
 * Starts, makes a call and expects just these of palitra's auto-configurations.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class Main {

	public static void main(String[] args) {
		try (ConfigurableApplicationContext context = SpringApplication.run(Main.class, "--server.port=0",
				"--spring.main.banner-mode=off", "--logging.level.root=warn")) {
			String value = context.getBean(EventLoopThreadRunner.class)
				.run(() -> CompletableFuture.supplyAsync(() -> "value"));
			Set<String> configured = Arrays.stream(context.getBeanDefinitionNames())
				.filter((name) -> name.matches("io\\.palitra\\..*AutoConfiguration"))
				.collect(Collectors.toCollection(TreeSet::new));
			if (!configured.equals(new TreeSet<>(Arrays.asList(args)))) {
				throw new IllegalStateException("Expected " + Arrays.toString(args) + " but there are " + configured);
			}
			System.out.println("consumer: " + value + ", " + configured);
		}
	}

}
