package io.palitra.spring.boot.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import org.springframework.core.type.classreading.SimpleMetadataReaderFactory;

import io.palitra.NestedRuns;
import io.palitra.OverloadPolicy;
import io.palitra.WaitStrategy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what the module tells Spring Boot and editors about itself.
 */
class MetadataTests {

	private static final String AUTO_CONFIGURATIONS = "META-INF/spring/" + AutoConfiguration.class.getName()
			+ ".imports";

	@Test
	void everyAutoConfigurationIsListedInOrder() throws IOException {
		MetadataReaderFactory classes = new SimpleMetadataReaderFactory();
		List<String> written = new ArrayList<>();
		for (Resource file : new PathMatchingResourcePatternResolver()
			.getResources("classpath*:io/palitra/**/*.class")) {
			MetadataReader type = classes.getMetadataReader(file);
			if (type.getAnnotationMetadata().isAnnotated(AutoConfiguration.class.getName())) {
				written.add(type.getClassMetadata().getClassName());
			}
		}
		Collections.sort(written);
		assertThat(read(AUTO_CONFIGURATIONS).lines()).isNotEmpty().containsExactlyElementsOf(written);
	}

	@Test
	void everyPropertyIsDescribedWithItsDefault() throws IOException {
		Map<String, Map<String, Object>> properties = entries("properties");
		assertThat(properties.keySet()).containsExactlyInAnyOrder("management.endpoint.palitra.access",
				"management.endpoint.palitra.cache.time-to-live", "management.health.palitra.enabled",
				"palitra.enabled", "palitra.health.timeout", "palitra.http.enabled", "palitra.http.groups",
				"palitra.runner.auto-startup", "palitra.runner.hang-threshold", "palitra.runner.max-in-flight",
				"palitra.runner.nested-runs", "palitra.runner.overload-policy", "palitra.runner.propagate-context",
				"palitra.runner.shutdown.grace-period", "palitra.runner.slow-task-threshold", "palitra.runner.start-on",
				"palitra.runner.thread-name-prefix", "palitra.runner.timeout", "palitra.runner.wait-strategy",
				"palitra.runners");
		assertThat(properties).allSatisfy((name, property) -> {
			assertThat(property).containsKey("type");
			if (!isMap(property)) {
				assertThat(property).containsKey("defaultValue");
			}
			assertThat((String) property.get("description")).endsWith(".")
				.doesNotStartWith("The ")
				.doesNotStartWith("A ");
			if (Boolean.class.getName().equals(property.get("type"))) {
				assertThat((String) property.get("description")).startsWith("Whether ");
			}
		});
	}

	@Test
	void everyPropertyIsKnown() throws IOException {
		Set<String> known = new TreeSet<>(UnknownProperties.OTHERS);
		UnknownProperties.OF_RUNNER.forEach((name) -> known.add("palitra.runner." + name));
		known.addAll(List.of("palitra.runners", "palitra.http.groups"));
		assertThat(entries("properties").keySet().stream().filter((name) -> name.startsWith("palitra.")))
			.containsExactlyInAnyOrderElementsOf(known);
	}

	@Test
	void defaultsInTheMetadataAreThoseThatApply() throws IOException {
		Map<String, Object> defaults = new HashMap<>();
		entries("properties").forEach((name, property) -> {
			if (name.startsWith("palitra.") && property.containsKey("defaultValue")) {
				defaults.put(name, property.get("defaultValue"));
			}
		});
		PalitraProperties described = new Binder(new MapConfigurationPropertySource(defaults)).bindOrCreate("palitra",
				PalitraProperties.class);
		assertThat(described).usingRecursiveComparison()
			.isEqualTo(new Binder().bindOrCreate("palitra", PalitraProperties.class));
	}

	@Test
	void everyPropertyThatIsNotBooleanHasHintsThatItAccepts() throws IOException {
		Map<String, Map<String, Object>> hints = entries("hints");
		assertThat(entries("properties")).allSatisfy((name, property) -> {
			if (name.startsWith("palitra.") && !Boolean.class.getName().equals(property.get("type"))
					&& !isMap(property)) {
				assertThat(hints).containsKey(name);
			}
		});
		hints.forEach((name, hint) -> {
			for (Object value : (List<?>) hint.get("values")) {
				Map<String, Object> set = Map.of(name, ((Map<?, ?>) value).get("value"));
				if (set.containsValue("virtual-threads") && Runtime.version().feature() < 21) {
					// Refused there, see PalitraAutoConfigurationTests
					continue;
				}
				new Binder(new MapConfigurationPropertySource(set)).bindOrCreate("palitra", PalitraProperties.class);
			}
		});
	}

	@Test
	void everyValueOfAnEnumIsAHint() throws IOException {
		Map<String, Map<String, Object>> hints = entries("hints");
		assertThat(hintValues(hints, "palitra.runner.overload-policy")).hasSameSizeAs(OverloadPolicy.values());
		assertThat(hintValues(hints, "palitra.runner.nested-runs")).hasSameSizeAs(NestedRuns.values());
		assertThat(hintValues(hints, "palitra.runner.wait-strategy")).hasSameSizeAs(WaitStrategy.values());
		assertThat(hintValues(hints, "palitra.runner.start-on")).hasSameSizeAs(PalitraProperties.StartPolicy.values());
	}

	private static boolean isMap(Map<String, Object> property) {
		return ((String) property.get("type")).startsWith(Map.class.getName());
	}

	private static List<?> hintValues(Map<String, Map<String, Object>> hints, String name) {
		return (List<?>) hints.get(name).get("values");
	}

	private static Map<String, Map<String, Object>> entries(String section) throws IOException {
		@SuppressWarnings("unchecked")
		List<Map<String, Object>> entries = (List<Map<String, Object>>) JsonParserFactory.getJsonParser()
			.parseMap(read("META-INF/spring-configuration-metadata.json"))
			.get(section);
		return entries.stream().collect(Collectors.toMap((entry) -> (String) entry.get("name"), Function.identity()));
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
