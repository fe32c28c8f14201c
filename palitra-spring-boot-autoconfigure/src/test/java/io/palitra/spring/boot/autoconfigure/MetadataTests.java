package io.palitra.spring.boot.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what the module tells Spring Boot and editors about itself.
 */
class MetadataTests {

	private static final String AUTO_CONFIGURATIONS = "META-INF/spring/" + AutoConfiguration.class.getName()
			+ ".imports";

	@Test
	void everyAutoConfigurationIsListedInOrder() throws IOException {
		ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false);
		scanner.addIncludeFilter(new AnnotationTypeFilter(AutoConfiguration.class));
		List<String> written = scanner.findCandidateComponents("io.palitra")
			.stream()
			.map(BeanDefinition::getBeanClassName)
			.sorted()
			.toList();
		assertThat(read(AUTO_CONFIGURATIONS).lines()).isNotEmpty().containsExactlyElementsOf(written);
	}

	@Test
	void everyPropertyIsDescribedWithItsDefault() throws IOException {
		Map<String, Map<String, Object>> properties = properties();
		assertThat(properties.keySet()).containsExactlyInAnyOrder("management.health.palitra.enabled",
				"palitra.enabled", "palitra.health.timeout", "palitra.runner.auto-startup",
				"palitra.runner.hang-threshold", "palitra.runner.propagate-context",
				"palitra.runner.shutdown.grace-period", "palitra.runner.slow-task-threshold",
				"palitra.runner.thread-name-prefix", "palitra.runner.timeout");
		assertThat(properties).allSatisfy((name, property) -> {
			assertThat(property).containsKeys("type", "defaultValue");
			assertThat((String) property.get("description")).endsWith(".")
				.doesNotStartWith("The ")
				.doesNotStartWith("A ");
			if (Boolean.class.getName().equals(property.get("type"))) {
				assertThat((String) property.get("description")).startsWith("Whether ");
			}
		});
	}

	private static Map<String, Map<String, Object>> properties() throws IOException {
		@SuppressWarnings("unchecked")
		List<Map<String, Object>> properties = (List<Map<String, Object>>) JsonParserFactory.getJsonParser()
			.parseMap(read("META-INF/spring-configuration-metadata.json"))
			.get("properties");
		return properties.stream()
			.collect(Collectors.toMap((property) -> (String) property.get("name"), Function.identity()));
	}

	/**
	 * Reads a file of the module; other jars have files of the same names.
	 */
	private static String read(String file) throws IOException {
		URL module = PalitraAutoConfiguration.class.getProtectionDomain().getCodeSource().getLocation();
		try (InputStream content = new URL(module, file).openStream()) {
			return new String(content.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

}
