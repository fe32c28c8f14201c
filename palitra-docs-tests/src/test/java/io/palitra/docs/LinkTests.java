package io.palitra.docs;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Links within the repository lead somewhere.
 */
class LinkTests {

	static Stream<Markdown> documents() {
		return Markdown.all().stream();
	}

	@ParameterizedTest
	@MethodSource("documents")
	void everyRelativeLinkLeadsToAFileOrHeading(Markdown markdown) {
		List<String> broken = new ArrayList<>();
		for (String link : markdown.links()) {
			if (!link.matches("[a-z]+:.*") && !leadsSomewhere(markdown, link)) {
				broken.add(link);
			}
		}
		assertThat(broken).as("links of %s that lead nowhere", markdown).isEmpty();
	}

	private static boolean leadsSomewhere(Markdown markdown, String link) {
		String[] parts = link.split("#", 2);
		Path target = parts[0].isEmpty() ? markdown.file()
				: markdown.file().resolveSibling(URLDecoder.decode(parts[0], StandardCharsets.UTF_8)).normalize();
		if (!target.startsWith(Markdown.root()) || !Files.exists(target)) {
			return false;
		}
		return parts.length == 1 || Markdown.read(target).anchors().contains(parts[1]);
	}

	@Test
	void everyPageOfTheGuideIsLinkedFromTheReadme() {
		Path root = Markdown.root();
		Set<Path> linked = new HashSet<>();
		for (String link : Markdown.read(root.resolve("README.md")).links()) {
			linked.add(root.resolve(link.replaceAll("#.*", "")).normalize());
		}
		assertThat(documents().map(Markdown::file).filter((file) -> file.startsWith(root.resolve("docs")))).isNotEmpty()
			.isSubsetOf(linked);
	}

}
