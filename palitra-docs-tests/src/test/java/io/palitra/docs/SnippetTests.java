package io.palitra.docs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Java and Kotlin in the documentation is code that is compiled and run: each block
 * follows a comment {@code <!-- snippet: FileName#tag -->}, and what it shows is between
 * {@code tag::tag[]} and {@code end::tag[]} in that file.
 */
class SnippetTests {

	private static final Pattern SOURCE = Pattern.compile("<!-- snippet: (\\w+)#([\\w-]+) -->");

	private static final Pattern MARK = Pattern.compile("\\s*// (tag|end)::([\\w-]+)\\[]");

	static Stream<Markdown> documents() {
		return Markdown.all().stream().filter((markdown) -> blocks(markdown).findAny().isPresent());
	}

	private static Stream<Markdown.Block> blocks(Markdown markdown) {
		return markdown.blocks().stream().filter((block) -> Set.of("java", "kotlin").contains(block.language()));
	}

	@ParameterizedTest
	@MethodSource("documents")
	void codeIsWhatTheSourcesHave(Markdown markdown) {
		List<String> expected = new ArrayList<>();
		int copied = 0;
		for (Markdown.Block block : blocks(markdown).toList()) {
			expected.addAll(markdown.lines().subList(copied, block.line()));
			expected.addAll(source(block));
			copied = block.line() + block.code().size();
		}
		expected.addAll(markdown.lines().subList(copied, markdown.lines().size()));
		markdown.assertGenerated(expected);
	}

	@Test
	void everyTaggedCodeIsShown() {
		Set<String> shown = new HashSet<>();
		documents().flatMap(SnippetTests::blocks)
			.map((block) -> SOURCE.matcher(block.before()))
			.filter(Matcher::matches)
			.forEach((source) -> shown.add(source.group(1) + "#" + source.group(2)));
		List<String> tagged = new ArrayList<>();
		code().forEach((file) -> Markdown.read(file)
			.lines()
			.stream()
			.map(MARK::matcher)
			.filter((mark) -> mark.matches() && mark.group(1).equals("tag"))
			.forEach((mark) -> tagged.add(simpleName(file) + "#" + mark.group(2))));
		assertThat(tagged).isNotEmpty().doesNotHaveDuplicates().isSubsetOf(shown);
	}

	private static List<String> source(Markdown.Block block) {
		Matcher source = SOURCE.matcher(block.before());
		assertThat(source.matches())
			.as("%s must follow a comment such as <!-- snippet: PriceJob#job --> but follows: %s", block,
					block.before())
			.isTrue();
		String begin = "// tag::" + source.group(2) + "[]";
		List<Path> files = code().filter((file) -> simpleName(file).equals(source.group(1)))
			.filter((file) -> Markdown.read(file).lines().stream().anyMatch((line) -> line.strip().equals(begin)))
			.toList();
		assertThat(files).as("files that %s can mean", block).hasSize(1);
		return tagged(files.get(0), source.group(2));
	}

	private static List<String> tagged(Path file, String tag) {
		List<String> code = new ArrayList<>();
		boolean inside = false;
		boolean found = false;
		for (String line : Markdown.read(file).lines()) {
			Matcher mark = MARK.matcher(line);
			if (!mark.matches()) {
				if (inside) {
					code.add(line);
				}
			}
			else if (mark.group(2).equals(tag)) {
				inside = mark.group(1).equals("tag");
				found = true;
			}
		}
		assertThat(found && !inside).as("%s has tag::%s[] and after it end::%s[]", file, tag, tag).isTrue();
		while (!code.isEmpty() && code.get(code.size() - 1).isBlank()) {
			code.remove(code.size() - 1);
		}
		int indentation = code.stream()
			.filter((line) -> !line.isBlank())
			.mapToInt((line) -> line.length() - line.stripLeading().length())
			.min()
			.orElse(0);
		return code.stream().map((line) -> line.isBlank() ? "" : line.substring(indentation)).toList();
	}

	private static Stream<Path> code() {
		return Markdown.files().filter((file) -> file.toString().matches(".*\\.(java|kt)"));
	}

	private static String simpleName(Path file) {
		return file.getFileName().toString().replaceAll("\\.\\w+$", "");
	}

}
