package io.palitra.archunit;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.util.List;
import java.util.jar.JarFile;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the rules find in code of others, each finding of which was read in its source.
 * {@code docs/reference/moving.md} has the figures.
 */
class PublishedJarsTests {

	@Test
	void springDataRedis() throws IOException {
		JavaClasses jar = jar("org/springframework/data/redis/core/RedisTemplate.class");
		List<String> found = findings(WaitRules.NO_HAND_MADE_WAITS, jar);
		assertThat(found).hasSize(12);
		assertThat(findings(WaitRules.NO_UNBOUNDED_WAITS, jar)).hasSize(9);
		// Asks whether the future is done first
		assertThat(found).filteredOn((finding) -> finding.contains("LettuceConnection.closePipeline()")).hasSize(1);
	}

	@Test
	void springKafka() throws IOException {
		JavaClasses jar = jar("org/springframework/kafka/core/KafkaTemplate.class");
		List<String> found = findings(WaitRules.NO_HAND_MADE_WAITS, jar);
		assertThat(found).hasSize(13);
		assertThat(findings(WaitRules.NO_UNBOUNDED_WAITS, jar)).hasSize(2);
		// A future of a library, known by what it extends
		assertThat(found).filteredOn((finding) -> finding.contains("KafkaFuture.get(")).hasSize(10);
		// Asks whether the future is done first
		assertThat(found).filteredOn((finding) -> finding.contains("KafkaTemplate.doSend(")).hasSize(1);
	}

	private static JavaClasses jar(String inJar) throws IOException {
		URL url = PublishedJarsTests.class.getClassLoader().getResource(inJar);
		assertThat(url).isNotNull();
		try (JarFile jar = ((JarURLConnection) url.openConnection()).getJarFile()) {
			return new ClassFileImporter().importJar(jar);
		}
	}

	private static List<String> findings(ArchRule rule, JavaClasses jar) {
		return rule.evaluate(jar).getFailureReport().getDetails();
	}

}
