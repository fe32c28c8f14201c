package io.palitra.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A Markdown file of this repository, as far as the tests have to understand it.
 *
 * @param file where it is
 * @param lines what is in it
 */
public record Markdown(Path file, List<String> lines) {

	/**
	 * Brings what is generated up to date.
	 */
	static final String WRITE = "./mvnw -B -ntp -pl palitra-docs-tests -am test -Ddocs.write=true"
			+ " -Dtest='SnippetTests,ReferenceTests,ComparisonTests' -Dsurefire.failIfNoSpecifiedTests=false";

	private static final Pattern FENCE = Pattern.compile("\\s*```(\\w*)\\s*");

	private static final Pattern LINK = Pattern.compile("\\[[^\\[\\]]*]\\(([^()\\s]+)\\)");

	private static final Pattern HEADING = Pattern.compile("#{1,6} (.+)");

	/**
	 * What is built, or belongs to tools.
	 */
	private static final Set<String> SKIPPED = Set.of("target", ".git", ".idea", "bin", "node_modules");

	public static Path root() {
		Path folder = Path.of("").toAbsolutePath();
		while (!Files.isDirectory(folder.resolve(".mvn"))) {
			folder = folder.getParent();
			if (folder == null) {
				throw new IllegalStateException("No folder above " + Path.of("").toAbsolutePath() + " has a .mvn");
			}
		}
		return folder;
	}

	static List<Markdown> all() {
		return files().filter((file) -> file.toString().endsWith(".md")).map(Markdown::read).toList();
	}

	public static Markdown read(Path file) {
		try {
			return new Markdown(file, Files.readAllLines(file));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Returns all files that are kept in the repository.
	 */
	static Stream<Path> files() {
		List<Path> files = new ArrayList<>();
		collect(root(), files);
		return files.stream().sorted();
	}

	private static void collect(Path folder, List<Path> files) {
		try (Stream<Path> entries = Files.list(folder)) {
			for (Path entry : entries.toList()) {
				if (Files.isDirectory(entry)) {
					if (!SKIPPED.contains(entry.getFileName().toString())) {
						collect(entry, files);
					}
				}
				else {
					files.add(entry);
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	List<Block> blocks() {
		List<Block> blocks = new ArrayList<>();
		for (int begin = 0; begin < this.lines.size(); begin++) {
			Matcher fence = FENCE.matcher(this.lines.get(begin));
			if (fence.matches()) {
				int end = begin + 1;
				while (!FENCE.matcher(this.lines.get(end)).matches()) {
					end++;
				}
				blocks.add(new Block(this, begin + 1, fence.group(1), (begin > 0) ? this.lines.get(begin - 1) : "",
						this.lines.subList(begin + 1, end)));
				begin = end;
			}
		}
		return blocks;
	}

	/**
	 * Returns the lines that are no code.
	 */
	List<String> prose() {
		List<String> prose = new ArrayList<>(this.lines);
		for (Block block : blocks()) {
			for (int line = block.line() - 1; line <= block.line() + block.code().size(); line++) {
				prose.set(line, "");
			}
		}
		return prose;
	}

	List<String> links() {
		List<String> links = new ArrayList<>();
		for (String line : prose()) {
			LINK.matcher(line).results().map((link) -> link.group(1)).forEach(links::add);
		}
		return links;
	}

	List<String> headings() {
		return prose().stream().map(HEADING::matcher).filter(Matcher::matches).map((line) -> line.group(1)).toList();
	}

	/**
	 * Returns what GitHub lets links to the headings end in.
	 */
	Set<String> anchors() {
		Set<String> anchors = new LinkedHashSet<>();
		Map<String, Integer> seen = new HashMap<>();
		for (String heading : headings()) {
			String anchor = heading.replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
				.toLowerCase(Locale.ROOT)
				.replaceAll("[^\\p{L}\\p{N} _-]", "")
				.replace(' ', '-');
			int before = seen.merge(anchor, 1, Integer::sum) - 1;
			anchors.add((before > 0) ? anchor + "-" + before : anchor);
		}
		return anchors;
	}

	/**
	 * Asserts that the file has these lines, or writes them where that is asked for.
	 */
	public void assertGenerated(List<String> expected) {
		if (Boolean.getBoolean("docs.write")) {
			write(expected);
			return;
		}
		assertThat(this.lines).as("%s; to bring it up to date: %s", this, WRITE).isEqualTo(expected);
	}

	private void write(List<String> expected) {
		try {
			Files.write(this.file, expected);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public String toString() {
		return root().relativize(this.file).toString();
	}

	/**
	 * Code in a fence.
	 *
	 * @param markdown the file it is in
	 * @param line the line of the fence that begins it
	 * @param language what the fence says
	 * @param before the line before the fence
	 * @param code the lines in it
	 */
	public record Block(Markdown markdown, int line, String language, String before, List<String> code) {

		@Override
		public String toString() {
			return this.markdown + ":" + this.line;
		}

	}

}
