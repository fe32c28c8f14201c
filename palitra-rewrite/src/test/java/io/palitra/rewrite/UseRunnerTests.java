package io.palitra.rewrite;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openrewrite.java.Assertions;
import org.openrewrite.java.JavaParser;
import org.openrewrite.java.style.Autodetect;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.test.SourceSpecs;
import org.openrewrite.test.TypeValidation;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each case is a folder of {@code src/test/resources/cases}: {@code after} has the files
 * of {@code before} that the recipe changes. What comes out compiles, and another run
 * changes nothing.
 */
@Timeout(300)
class UseRunnerTests implements RewriteTest {

	private static final Path CASES = Path.of("src/test/resources/cases");

	private static final List<Path> CLASSPATH = JavaParser.runtimeClasspath();

	private static final String VERSION = version();

	@TempDir
	private Path folder;

	@Override
	public void defaults(RecipeSpec spec) {
		spec.recipe(new UseRunner())
			.parser(JavaParser.fromJavaVersion().classpath(CLASSPATH))
			// New code is attributed with outlines of palitra's types: whether it is
			// right
			// is for the compiler to say
			.afterTypeValidationOptions(TypeValidation.none());
	}

	@ParameterizedTest
	@ValueSource(strings = { "injected", "left", "modules", "moved", "websample" })
	void recipeMakesOfItWhatIsExpected(String name) {
		Map<Path, String> before = read(CASES.resolve("common"));
		before.putAll(read(CASES.resolve(name).resolve("before")));
		Map<Path, String> changed = read(CASES.resolve(name).resolve("after"));
		assertThat(changed).isNotEmpty();
		assertThat(before).containsKeys(changed.keySet().toArray(Path[]::new));
		run(before, changed);
		Map<Path, String> after = new TreeMap<>(before);
		after.putAll(changed);
		assertCompiles(after);
		run(after, Map.of());
	}

	@Test
	void dependencyHasThisVersion() {
		assertThat(VERSION).matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
	}

	@Test
	void testsAreLeftAlone() {
		Map<Path, String> sources = new TreeMap<>();
		read(CASES.resolve("common"))
			.forEach((path, code) -> sources.put(Path.of("src/main/java").resolve(path), code));
		read(CASES.resolve("moved/before"))
			.forEach((path, code) -> sources.put(Path.of("src/test/java").resolve(path), code));
		run(sources, Map.of());
	}

	private void run(Map<Path, String> before, Map<Path, String> after) {
		Autodetect style = style(before);
		List<SourceSpecs> specs = new ArrayList<>();
		before.forEach((path, code) -> {
			String expected = after.get(path);
			if (path.toString().endsWith(".java")) {
				specs.add((expected != null) ? Assertions.java(code, expected, (spec) -> spec.path(path).markers(style))
						: Assertions.java(code, (spec) -> spec.path(path).markers(style)));
			}
			else {
				specs.add((expected != null)
						? org.openrewrite.xml.Assertions.xml(code, expected, (spec) -> spec.path(path))
						: org.openrewrite.xml.Assertions.xml(code, (spec) -> spec.path(path)));
			}
		});
		rewriteRun(specs.toArray(SourceSpecs[]::new));
	}

	/**
	 * Finds out about indentation and the order of imports, as OpenRewrite's plugins do.
	 */
	private static Autodetect style(Map<Path, String> sources) {
		Autodetect.Detector detector = Autodetect.detector();
		JavaParser.fromJavaVersion()
			.build()
			.parse(sources.entrySet()
				.stream()
				.filter((source) -> source.getKey().toString().endsWith(".java"))
				.map(Map.Entry::getValue)
				.toArray(String[]::new))
			.forEach(detector::sample);
		return detector.build();
	}

	private void assertCompiles(Map<Path, String> sources) {
		List<Path> files = new ArrayList<>();
		sources.forEach((path, code) -> {
			if (path.toString().endsWith(".java")) {
				files.add(write(this.folder.resolve(path), code));
			}
		});
		String classpath = CLASSPATH.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		StringWriter errors = new StringWriter();
		try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
			boolean compiled = compiler
				.getTask(errors, manager, null,
						List.of("-d", this.folder.toString(), "-parameters", "-cp", classpath, "-processorpath",
								classpath, "-processor", "lombok.launch.AnnotationProcessorHider$AnnotationProcessor"),
						null, manager.getJavaFileObjectsFromPaths(files))
				.call();
			assertThat(compiled).as(errors.toString()).isTrue();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String version() {
		try (InputStream version = UseRunner.class.getResourceAsStream("version.txt")) {
			return new String(Objects.requireNonNull(version).readAllBytes(), StandardCharsets.UTF_8).strip();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Map<Path, String> read(Path folder) {
		Map<Path, String> files = new TreeMap<>();
		try (Stream<Path> all = Files.walk(folder)) {
			for (Path file : all.filter(Files::isRegularFile).toList()) {
				files.put(folder.relativize(file), Files.readString(file).replace("@palitra.version@", VERSION));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return files;
	}

	private static Path write(Path file, String text) {
		try {
			Files.createDirectories(Objects.requireNonNull(file.getParent()));
			return Files.writeString(file, text);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
