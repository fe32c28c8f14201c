package io.palitra.spring.boot.starter.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.http.HttpServletResponse;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.ImportHttpServices;

/**
 * What {@link Boot4TerminationTests} start and end. Nothing here mentions palitra.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(Boot4PageApplication.Pages.class)
@ImportHttpServices(group = "users", types = RemoteUsers.class, clientType = ClientType.WEB_CLIENT)
public class Boot4PageApplication {

	public static void main(String[] args) {
		var application = new SpringApplicationBuilder(Boot4PageApplication.class)
			.properties("server.port=0", "spring.cloud.circuitbreaker.reactive-http-services.enabled=false")
			.run(args);
		System.out.println("port of the server: " + application.getEnvironment().getProperty("local.server.port"));
	}

	@RestController
	static class Pages {

		private final RemoteUsers users;

		Pages(RemoteUsers users) {
			this.users = users;
		}

		/**
		 * Sends the whole answer before it returns. Tomcat takes a request for done from
		 * then on, and closes its connection even if a part is still in a buffer.
		 */
		@GetMapping("/pages/{id}")
		void page(@PathVariable long id, HttpServletResponse response) throws IOException {
			byte[] page = ("page of " + this.users.find(id)).getBytes(StandardCharsets.UTF_8);
			response.setContentLength(page.length);
			response.getOutputStream().write(page);
			response.flushBuffer();
		}

	}

}
