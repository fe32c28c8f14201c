package consumer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * Expects not to start, with just this reason.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class Main {

	public static void main(String[] args) {
		String expected = String.join(" ", args);
		try (ConfigurableApplicationContext context = SpringApplication.run(Main.class,
				"--spring.main.banner-mode=off", "--logging.level.root=off")) {
			throw new AssertionError("Has started: " + context);
		}
		catch (RuntimeException ex) {
			Throwable reason = ex;
			while (reason.getCause() != null) {
				reason = reason.getCause();
			}
			if (!expected.equals(reason.getMessage())) {
				throw new AssertionError("Expected " + expected, ex);
			}
			System.out.println("consumer: not started, " + expected);
		}
	}

}
