package io.palitra.rewrite;

import java.util.List;
import java.util.Objects;

import org.openrewrite.Cursor;
import org.openrewrite.java.JavaParser;
import org.openrewrite.java.JavaTemplate;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaCoordinates;

/**
 * Makes new code. The projects that it is for do not have palitra yet, so it is parsed
 * with outlines of the types.
 */
final class Code {

	private static final String[] OUTLINES = { """
			package io.palitra;
			public interface AsyncCallable<T> {
				java.util.concurrent.CompletionStage<T> call() throws Exception;
			}
			""", """
			package io.palitra;
			public final class RunOptions {
				public static native RunOptions defaults();
				public native RunOptions timeout(java.time.Duration timeout);
			}
			""", """
			package io.palitra;
			import java.time.Duration;
			import java.util.concurrent.CompletionStage;
			public final class EventLoopThreadRunner {
				public native <T> T run(AsyncCallable<T> task);
				public native <T> T run(AsyncCallable<T> task, Duration timeout);
				public native <T> T runInterruptibly(AsyncCallable<T> task) throws InterruptedException;
				public native <T> T runInterruptibly(AsyncCallable<T> task, RunOptions options)
						throws InterruptedException;
				public native <T> T await(CompletionStage<T> alreadyStarted);
				public native <T> T await(CompletionStage<T> alreadyStarted, Duration timeout);
			}
			""", """
			package reactor.core.publisher;
			public abstract class Mono<T> {
			}
			""", """
			package reactor.core.publisher;
			public abstract class Flux<T> {
				public native Mono<T> next();
				public native Flux<T> takeLast(int n);
			}
			""", """
			package io.palitra.reactor;
			import reactor.core.publisher.Flux;
			import reactor.core.publisher.Mono;
			public final class ReactorTasks {
				public static native <T> io.palitra.AsyncCallable<T> mono(Mono<T> mono);
				public static native <T> java.util.stream.Stream<T> stream(io.palitra.EventLoopThreadRunner runner,
						Flux<T> flux);
			}
			""" };

	private Code() {
	}

	private static JavaParser.Builder<?, ?> parser() {
		return JavaParser.fromJavaVersion().dependsOn(OUTLINES);
	}

	static J expression(String code, Cursor cursor, JavaCoordinates place, Object... parts) {
		return JavaTemplate.builder(code)
			.javaParser(parser())
			.imports("io.palitra.RunOptions", "io.palitra.reactor.ReactorTasks", "java.time.Duration",
					"java.util.Optional")
			.staticImports("io.palitra.reactor.ReactorTasks.mono")
			.build()
			.apply(cursor, place, parts);
	}

	/**
	 * Makes an expression of the name of a variable, or of a field after {@code this}.
	 */
	static Expression runner(String name) {
		String variable = name.startsWith("this.") ? name.substring("this.".length()) : name;
		J.MethodDeclaration constructor = (J.MethodDeclaration) runnerHolder("Holder", variable, "\t", "\t").getBody()
			.getStatements()
			.get(1);
		J.Assignment assignment = (J.Assignment) Objects.requireNonNull(constructor.getBody(), "body")
			.getStatements()
			.get(0);
		return name.equals(variable) ? assignment.getAssignment() : assignment.getVariable();
	}

	/**
	 * Parses a class that has a runner: a field, a constructor with a parameter, and its
	 * only statement.
	 */
	static J.ClassDeclaration runnerHolder(String name, String field, String indent, String unit) {
		String source = "import io.palitra.EventLoopThreadRunner;\nclass " + name + " {\n\n" + indent
				+ "private final EventLoopThreadRunner " + field + ";\n\n" + indent + name + "(EventLoopThreadRunner "
				+ field + ") {\n" + indent + unit + "this." + field + " = " + field + ";\n" + indent + "}\n\n}\n";
		List<J.CompilationUnit> units = parser().build().parse(source).map(J.CompilationUnit.class::cast).toList();
		return units.get(0).getClasses().get(0);
	}

}
