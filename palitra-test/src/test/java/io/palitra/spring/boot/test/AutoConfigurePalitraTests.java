package io.palitra.spring.boot.test;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.context.junit.jupiter.SpringExtension;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunTimeoutException;
import io.palitra.spi.AsyncAdapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A context without auto-configuration, as a part of an application has, gets the
 * runners.
 */
@ExtendWith(SpringExtension.class)
@ContextConfiguration
@AutoConfigurePalitra
@TestPropertySource(properties = { "palitra.runner.timeout=1ms", "palitra.runners.slow.timeout=1m" })
class AutoConfigurePalitraTests {

	@Autowired
	private EventLoopThreadRunner runner;

	@Autowired
	private List<AsyncAdapter> adapters;

	@Test
	void runnerHasTheSettingsOfTheApplication() {
		assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(() -> this.runner.run(CompletableFuture::new))
			.satisfies((timeout) -> assertThat(timeout.getLimit()).isEqualTo(Duration.ofMillis(1)));
	}

	@Test
	void runnerOfAName(@Autowired @Qualifier("slow") EventLoopThreadRunner slow) {
		assertThat(slow.run(() -> CompletableFuture.completedFuture("value"))).isEqualTo("value");
	}

	@Test
	void reactiveTypesAreUnderstood() {
		assertThat(this.adapters).isNotEmpty();
	}

	@Test
	void whatIsAddedIsPartOfTheApplicationToo() throws IOException {
		List<String> added = lines("META-INF/spring/" + AutoConfigurePalitra.class.getName() + ".imports");
		assertThat(added).isNotEmpty()
			.isSubsetOf(lines("META-INF/spring/" + AutoConfiguration.class.getName() + ".imports"));
	}

	private static List<String> lines(String resource) throws IOException {
		List<String> lines = new ArrayList<>();
		for (URL url : Collections.list(AutoConfigurePalitra.class.getClassLoader().getResources(resource))) {
			try (InputStream in = url.openStream()) {
				lines.addAll(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
			}
		}
		return lines;
	}

	@Configuration(proxyBeanMethods = false)
	static class PartOfAnApplication {

	}

}
