package io.palitra.archunit;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.freeze.FreezingArchRule;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class WaitRulesTests {

	@AfterEach
	void resetArchUnit() {
		ArchConfiguration.get().reset();
	}

	private static final List<String> UNBOUNDED = findings(WaitRules.NO_UNBOUNDED_WAITS, Unbounded.class);

	private static final List<String> BOUNDED = findings(WaitRules.NO_HAND_MADE_WAITS, Bounded.class);

	static Stream<String> unbounded() {
		return methods(Unbounded.class);
	}

	static Stream<String> bounded() {
		return methods(Bounded.class);
	}

	@ParameterizedTest
	@MethodSource
	void unbounded(String method) {
		assertThat(UNBOUNDED).filteredOn((finding) -> isAbout(finding, Unbounded.class, method))
			.singleElement()
			.asString()
			.contains("(Unbounded.java:")
			.containsPattern("; instead: .*runner");
	}

	@ParameterizedTest
	@MethodSource
	void bounded(String method) {
		assertThat(BOUNDED).filteredOn((finding) -> isAbout(finding, Bounded.class, method))
			.singleElement()
			.asString()
			.containsPattern("; instead: .*runner");
	}

	@Test
	void unboundedOnesAreHandMadeToo() {
		assertThat(findings(WaitRules.NO_HAND_MADE_WAITS, Unbounded.class)).isEqualTo(UNBOUNDED);
	}

	@Test
	void boundedOnesAreNotUnbounded() {
		assertThat(findings(WaitRules.NO_UNBOUNDED_WAITS, Bounded.class)).isEmpty();
	}

	@Test
	void whatOnlyLooksLikeWaitingIsNotFound() {
		assertThat(findings(WaitRules.NO_HAND_MADE_WAITS, Innocent.class)).isEmpty();
	}

	@Test
	void findingSaysWhereWhatAndInstead() {
		assertThat(UNBOUNDED).filteredOn((finding) -> isAbout(finding, Unbounded.class, "block"))
			.singleElement()
			.asString()
			.matches("\\QMethod <io.palitra.archunit.Unbounded.block(reactor.core.publisher.Mono)> calls method "
					+ "<reactor.core.publisher.Mono.block()> in (Unbounded.java:\\E\\d+\\Q); instead: "
					+ "runner.run(mono(mono))\\E");
	}

	@Test
	void frozenRuleLetsThroughWhatWasThereAndStopsWhatIsNew(@TempDir Path folder) throws IOException {
		ArchConfiguration.get().setProperty("freeze.store.default.path", folder.resolve("store").toString());
		ArchConfiguration.get().setProperty("freeze.store.default.allowStoreCreation", "true");
		ArchRule frozen = FreezingArchRule.freeze(WaitRules.NO_HAND_MADE_WAITS);
		frozen.check(compile(folder, "String old(CompletableFuture<String> future) { return future.join(); }"));
		JavaClasses moved = compile(folder,
				"\n\n\nString old(CompletableFuture<String> future) { return future.join(); }");
		assertThatCode(() -> frozen.check(moved)).doesNotThrowAnyException();
		JavaClasses added = compile(folder, """
				String added(CompletableFuture<String> future) { return future.join(); }
				String old(CompletableFuture<String> future) { return future.join(); }
				""");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> frozen.check(added))
			.withMessageContaining("added(")
			.withMessageNotContaining("old(");
	}

	private static JavaClasses compile(Path folder, String method) throws IOException {
		Path source = Files.writeString(folder.resolve("Legacy.java"),
				"import java.util.concurrent.CompletableFuture;\nclass Legacy {\n" + method + "\n}\n");
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
			assertThat(compiler
				.getTask(null, files, null, List.of("-d", folder.toString()), null, files.getJavaFileObjects(source))
				.call()).isTrue();
		}
		return new ClassFileImporter().importPath(folder.resolve("Legacy.class"));
	}

	private static List<String> findings(ArchRule rule, Class<?> type) {
		JavaClasses classes = new ClassFileImporter()
			.withImportOption((location) -> location.matches(Pattern.compile(".*/" + type.getSimpleName() + "[.$].*")))
			.importPackagesOf(type);
		return rule.evaluate(classes).getFailureReport().getDetails();
	}

	private static Stream<String> methods(Class<?> type) {
		return Arrays.stream(type.getDeclaredMethods()).filter((method) -> !method.isSynthetic()).map(Method::getName);
	}

	private static boolean isAbout(String finding, Class<?> type, String method) {
		return finding.contains("<" + type.getName() + "." + method + "(")
				|| method.equals("joinInAnonymousClass") && finding.contains("<" + type.getName() + "$1.");
	}

}
