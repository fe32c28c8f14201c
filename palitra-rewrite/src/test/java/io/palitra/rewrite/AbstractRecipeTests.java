package io.palitra.rewrite;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.io.TempDir;
import org.openrewrite.java.JavaParser;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.test.TypeValidation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openrewrite.java.Assertions.java;

/**
 * Runs the recipe on sources, twice each time, and compiles what comes out.
 */
abstract class AbstractRecipeTests implements RewriteTest {

	/**
	 * What the sources of the tests call.
	 */
	static final String CLIENT = """
			package app;

			import java.util.List;
			import java.util.concurrent.CompletableFuture;
			import java.util.concurrent.CompletionStage;

			import org.springframework.stereotype.Component;
			import reactor.core.publisher.Flux;
			import reactor.core.publisher.Mono;

			@Component
			public class Client {

				public Mono<User> user(int id) {
					return Mono.just(new User(id, "user" + id));
				}

				public Mono<Integer> orders(int id) {
					return Mono.just(3);
				}

				public Mono<Void> delete(int id) {
					return Mono.empty();
				}

				public Flux<User> users() {
					return Flux.just(new User(1, "user1"));
				}

				public CompletableFuture<User> userAsync(int id) {
					return CompletableFuture.completedFuture(new User(id, "user" + id));
				}

				public CompletionStage<User> userStage(int id) {
					return userAsync(id);
				}

				public CompletableFuture<User> fromFile(String file) throws java.io.IOException {
					return userAsync(1);
				}

				public CompletableFuture<Void> closeFuture() {
					return CompletableFuture.completedFuture(null);
				}

				public int next() {
					return 1;
				}

				public record User(int id, String name) {
				}

			}
			""";

	@TempDir
	Path classes;

	@Override
	public void defaults(RecipeSpec spec) {
		spec.recipe(new UseRunner())
			.parser(JavaParser.fromJavaVersion().classpath(JavaParser.runtimeClasspath()))
			// New code is attributed with outlines of the types; that it is right is for
			// the compiler to say
			.afterTypeValidationOptions(TypeValidation.none());
	}

	/**
	 * Moves a class that is called {@code app.Service}.
	 */
	void move(String before, String after) {
		rewriteRun(java(CLIENT), java(before, after));
		assertCompiles(List.of(CLIENT, after));
	}

	void stay(String unchanged) {
		rewriteRun(java(CLIENT), java(unchanged));
	}

	void assertCompiles(List<String> sources) {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		List<JavaFileObject> files = new ArrayList<>();
		for (String source : sources) {
			String name = source.replaceAll("(?s).*?package ([\\w.]+);.*?\\n(?:public )?(?:final )?"
					+ "(?:class|record|interface|enum) (\\w+).*", "$1.$2");
			files.add(new SimpleJavaFileObject(URI.create("string:///" + name.replace('.', '/') + ".java"),
					JavaFileObject.Kind.SOURCE) {

				@Override
				public CharSequence getCharContent(boolean ignoreEncodingErrors) {
					return source;
				}

			});
		}
		StringWriter errors = new StringWriter();
		try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
			boolean compiled = compiler
				.getTask(errors, manager, null,
						List.of("-d", this.classes.toString(), "-proc:none", "-cp", classpath()), null, files)
				.call();
			assertThat(compiled).as("%s%n%s", errors, String.join("\n", sources)).isTrue();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static String classpath() {
		return String.join(File.pathSeparator,
				JavaParser.runtimeClasspath().stream().map(Path::toString).toList());
	}

}
