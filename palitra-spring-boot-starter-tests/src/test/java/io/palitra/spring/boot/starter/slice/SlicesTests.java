package io.palitra.spring.boot.starter.slice;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what the slices of Spring Boot 3 and 4 are told to take in.
 */
class SlicesTests {

	@Test
	void areAllToldTheSameAndOnlyWhatThereIs() throws IOException {
		String everything = "";
		Set<String> slices = new LinkedHashSet<>();
		for (Resource file : new PathMatchingResourcePatternResolver(PalitraAutoConfiguration.class.getClassLoader())
			.getResources("classpath*:META-INF/spring/*.imports")) {
			String content = file.getContentAsString(StandardCharsets.UTF_8);
			if (content.contains(PalitraAutoConfiguration.class.getName())) {
				if (file.getFilename().endsWith(".AutoConfiguration.imports")) {
					everything = content;
				}
				else {
					slices.add(content);
				}
			}
		}
		assertThat(slices).hasSize(1);
		assertThat(everything.lines()).containsAll(Stream.of(slices.iterator().next().split("\\R")).toList());
	}

}
