package io.palitra.rewrite;

import java.nio.file.Path;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.ScanningRecipe;
import org.openrewrite.SourceFile;
import org.openrewrite.Tree;
import org.openrewrite.TreeVisitor;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.TypeTree;
import org.openrewrite.java.tree.TypeUtils;
import org.openrewrite.xml.tree.Xml;

/**
 * Makes waits for asynchronous work the runner's, where that means the same, and gives
 * the runner to the classes that need it. Each wait that it does not touch gets a comment
 * that begins with {@code palitra:} and says why. Tests are left as they are.
 * <p>
 * Running it again changes nothing.
 */
public class UseRunner extends ScanningRecipe<Sources> {

	@Override
	public String getDisplayName() {
		return "Wait for asynchronous work with palitra's runner";
	}

	@Override
	public String getDescription() {
		return "Turns `block()`, `join()` and `get()` of asynchronous work into calls of an `EventLoopThreadRunner`, "
				+ "injects it into Spring components, adds the dependency to Maven builds, and says in a comment why "
				+ "a wait is left as it is.";
	}

	@Override
	public Sources getInitialValue(ExecutionContext context) {
		return new Sources();
	}

	@Override
	public TreeVisitor<?, ExecutionContext> getScanner(Sources sources) {
		return new TreeVisitor<>() {

			@Override
			public @Nullable Tree visit(@Nullable Tree tree, ExecutionContext context) {
				if (tree instanceof J.CompilationUnit unit) {
					new MadeByHandVisitor(sources, unit.getSourcePath()).visit(unit, context);
					if (!isTest(unit.getSourcePath())) {
						plan(unit, context);
					}
				}
				else if (tree instanceof Xml.Document pom && isPom(pom)) {
					sources.addModule(pom.getSourcePath());
				}
				return tree;
			}

			private void plan(J.CompilationUnit unit, ExecutionContext context) {
				// Knows not yet who is made by hand, so it finds all that may be injected
				WaitVisitor visitor = new WaitVisitor(new Sources());
				visitor.visit(unit, context);
				if (visitor.hasMoved()) {
					sources.addChanged(unit.getSourcePath(),
							visitor.hasMovedWithoutInjection() ? Set.of() : visitor.injected());
				}
			}

		};
	}

	@Override
	public TreeVisitor<?, ExecutionContext> getVisitor(Sources sources) {
		return new TreeVisitor<>() {

			@Override
			public @Nullable Tree visit(@Nullable Tree tree, ExecutionContext context) {
				if (tree instanceof J.CompilationUnit unit && !isTest(unit.getSourcePath())) {
					return new WaitVisitor(sources).visit(unit, context);
				}
				if (tree instanceof Xml.Document pom && isPom(pom) && sources.usesRunner(pom.getSourcePath())) {
					return new DependencyVisitor().visit(pom, context);
				}
				return tree;
			}

		};
	}

	private static boolean isPom(SourceFile file) {
		return file.getSourcePath().getFileName().toString().equals("pom.xml");
	}

	private static boolean isTest(Path source) {
		String path = "/" + source.toString().replace('\\', '/');
		return path.contains("/src/test/") || path.contains("/src/it/") || path.contains("/src/integrationTest/");
	}

	/**
	 * Finds the classes whose constructors are called by code, not by Spring alone.
	 */
	private static final class MadeByHandVisitor extends JavaIsoVisitor<ExecutionContext> {

		private final Sources sources;

		private final Path path;

		MadeByHandVisitor(Sources sources, Path path) {
			this.sources = sources;
			this.path = path;
		}

		@Override
		public J.NewClass visitNewClass(J.NewClass made, ExecutionContext context) {
			TypeTree type = made.getClazz();
			this.sources.addMadeByHand((type != null) ? type.getType() : made.getType(), this.path);
			return super.visitNewClass(made, context);
		}

		@Override
		public J.MemberReference visitMemberReference(J.MemberReference reference, ExecutionContext context) {
			if (reference.getReference().getSimpleName().equals("new")) {
				this.sources.addMadeByHand(reference.getContaining().getType(), this.path);
			}
			return super.visitMemberReference(reference, context);
		}

		@Override
		public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration type, ExecutionContext context) {
			if (type.getExtends() != null) {
				this.sources.addMadeByHand(type.getExtends().getType(), this.path);
			}
			return super.visitClassDeclaration(type, context);
		}

		@Override
		public J.VariableDeclarations visitVariableDeclarations(J.VariableDeclarations variable,
				ExecutionContext context) {
			if (variable.getLeadingAnnotations()
				.stream()
				.anyMatch((annotation) -> TypeUtils.isOfClassType(annotation.getType(), "org.mockito.InjectMocks"))) {
				this.sources.addMadeByHand(variable.getType(), this.path);
			}
			return super.visitVariableDeclarations(variable, context);
		}

	}

}
