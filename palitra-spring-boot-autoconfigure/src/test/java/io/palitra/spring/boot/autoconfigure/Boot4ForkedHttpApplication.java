package io.palitra.spring.boot.autoconfigure;

import java.util.Map;

import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.ImportHttpServices;

import io.palitra.EventLoopThreadRunner;
import io.palitra.spring.http.RunTimeout;
import io.palitra.spring.http.Upstream;
import io.palitra.spring.http.Upstream.User;

/**
 * What {@link Boot4ForkedHttpTests} start: makes a call with an HTTP interface, prints
 * how often each runner was called, and ends.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@ImportHttpServices(group = "users", types = Boot4ForkedHttpApplication.Users.class, clientType = ClientType.WEB_CLIENT)
public class Boot4ForkedHttpApplication {

	public static void main(String[] args) {
		try (Upstream upstream = new Upstream(); ConfigurableApplicationContext context = start(upstream)) {
			EventLoopThreadRunners.of(context.getBeanFactory())
				.forEach((name, runner) -> System.out.println("calls of " + name + ": " + calls(runner)));
		}
	}

	private static ConfigurableApplicationContext start(Upstream upstream) {
		SpringApplication application = new SpringApplication(Boot4ForkedHttpApplication.class);
		application.setDefaultProperties(Map.of("spring.main.web-application-type", "none",
				"spring.http.serviceclient.users.base-url", upstream.url()));
		return application.run();
	}

	private static long calls(EventLoopThreadRunner runner) {
		return runner.snapshot().submitted();
	}

	@Bean
	static CommandLineRunner caller(Users users) {
		return (args) -> System.out.println(users.find(1));
	}

	/**
	 * Has a timeout, so that it is read.
	 */
	public interface Users {

		@GetExchange("/users/{id}")
		@RunTimeout("1m")
		User find(@PathVariable long id);

	}

}
