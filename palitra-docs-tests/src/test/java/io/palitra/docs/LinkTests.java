package io.palitra.docs;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Links within the repository lead somewhere.
 */
class LinkTests {

	private static final Pattern RULE = Pattern.compile("\\bC[1-9]\\d?\\b");

	private static final Pattern CODE_OR_LINK = Pattern.compile("`[^`]*`|\\[[^]]*]\\([^)]*\\)|^#.*");

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

	static Stream<Markdown> pages() {
		return documents().filter((document) -> document.file().startsWith(Markdown.root().resolve("docs")));
	}

	@ParameterizedTest
	@MethodSource("pages")
	void everyRuleThatIsNamedIsLinkedTo(Markdown markdown) {
		List<String> bare = new ArrayList<>();
		for (String line : markdown.prose()) {
			RULE.matcher(CODE_OR_LINK.matcher(line).replaceAll("")).results().forEach((rule) -> bare.add(line));
		}
		assertThat(bare).as("lines of %s that name a rule of the contract without a link", markdown).isEmpty();
	}

	@Test
	void everyPageOfTheGuideIsLinkedFromTheReadme() {
		Path root = Markdown.root();
		Set<Path> linked = new HashSet<>();
		for (String link : Markdown.read(root.resolve("README.md")).links()) {
			linked.add(root.resolve(link.replaceAll("#.*", "")).normalize());
		}
		assertThat(pages().map(Markdown::file)).isNotEmpty().isSubsetOf(linked);
	}

}
