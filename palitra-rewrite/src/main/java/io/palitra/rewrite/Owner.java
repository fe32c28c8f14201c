package io.palitra.rewrite;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.openrewrite.java.JavaVisitor;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.java.tree.TypeUtils;

/**
 * A class, as far as it has a runner or can be given one.
 */
final class Owner {

	static final String RUNNER = "io.palitra.EventLoopThreadRunner";

	private static final String COMPONENT = "org.springframework.stereotype.Component";

	private static final Set<String> GENERATES_CONSTRUCTOR = Set.of("lombok.RequiredArgsConstructor",
			"lombok.AllArgsConstructor", "lombok.Data", "lombok.Value");

	private final @Nullable String field;

	private final @Nullable String reason;

	private final boolean injectable;

	private final boolean constructorGenerated;

	private boolean used;

	private Owner(@Nullable String field, @Nullable String reason, boolean injectable, boolean constructorGenerated) {
		this.field = field;
		this.reason = reason;
		this.injectable = injectable;
		this.constructorGenerated = constructorGenerated;
	}

	static Owner of(J.ClassDeclaration type, Sources sources) {
		List<J.VariableDeclarations> runners = fields(type).stream()
			.filter((field) -> isRunner(field.getType()))
			.toList();
		if (runners.size() > 1 || runners.size() == 1 && runners.get(0).getVariables().size() > 1) {
			return without("the class has several runners");
		}
		if (runners.size() == 1) {
			if (runners.get(0).hasModifier(J.Modifier.Type.Static)) {
				return without("the runner of the class is static");
			}
			return new Owner(runners.get(0).getVariables().get(0).getSimpleName(), null, false, false);
		}
		String reason = whyNot(type, sources);
		if (reason != null) {
			return without(reason);
		}
		String name = List.of("runner", "eventLoopThreadRunner")
			.stream()
			.filter((candidate) -> isFree(candidate, type))
			.findFirst()
			.orElse(null);
		if (name == null) {
			return without("the names runner and eventLoopThreadRunner are taken");
		}
		return new Owner(name, null, true, isAnnotated(type, GENERATES_CONSTRUCTOR));
	}

	private static Owner without(String reason) {
		return new Owner(null, reason, false, false);
	}

	private static @Nullable String whyNot(J.ClassDeclaration type, Sources sources) {
		if (type.getKind() == J.ClassDeclaration.Kind.Type.Interface) {
			return "an interface has no EventLoopThreadRunner";
		}
		if (type.getKind() != J.ClassDeclaration.Kind.Type.Class || type.getType() == null || !isComponent(type)) {
			return "the class is no Spring component and has no EventLoopThreadRunner";
		}
		if (isAnnotated(type, Set.of("org.springframework.boot.autoconfigure.SpringBootApplication"))) {
			return "tests of a part of the application make this class, too, and would need a runner: move it to a "
					+ "component";
		}
		if (type.hasModifier(J.Modifier.Type.Abstract)) {
			return "the class is abstract and has no EventLoopThreadRunner";
		}
		if (type.getType().getOwningClass() != null && !type.hasModifier(J.Modifier.Type.Static)) {
			return "the class is an inner one and has no EventLoopThreadRunner";
		}
		List<J.MethodDeclaration> constructors = constructors(type);
		if (constructors.size() > 1) {
			return "the class has several constructors, and no EventLoopThreadRunner";
		}
		if (constructors.isEmpty() && isAnnotated(type, Set.of("lombok.NoArgsConstructor"))) {
			return "the class has a constructor without arguments, and no EventLoopThreadRunner";
		}
		if (constructors.size() == 1 && (constructors.get(0).hasModifier(J.Modifier.Type.Private)
				|| isAnnotated(type, GENERATES_CONSTRUCTOR))) {
			return "the constructor cannot be told, and the class has no EventLoopThreadRunner";
		}
		if (constructors.size() == 1 && constructors.get(0).getParameters().stream().anyMatch(Owner::isVarargs)) {
			return "the constructor ends with varargs, and the class has no EventLoopThreadRunner";
		}
		String byHand = sources.madeByHand(type.getType());
		return (byHand != null) ? "the class has no EventLoopThreadRunner, and " + byHand
				+ " makes or extends it, so its constructor has to stay" : null;
	}

	private static boolean isVarargs(Statement parameter) {
		return parameter instanceof J.VariableDeclarations variables && variables.getVarargs() != null;
	}

	/**
	 * Tells whether a name means nothing yet in a class, nor in its constructor.
	 */
	private static boolean isFree(String name, J.ClassDeclaration type) {
		for (JavaType.FullyQualified each = type.getType(); each != null; each = each.getSupertype()) {
			for (JavaType.FullyQualified outer = each; outer != null; outer = outer.getOwningClass()) {
				if (outer.getMembers().stream().anyMatch((field) -> field.getName().equals(name))) {
					return false;
				}
			}
		}
		AtomicBoolean taken = new AtomicBoolean();
		JavaVisitor<AtomicBoolean> variables = new JavaVisitor<>() {

			@Override
			public J visitVariable(J.VariableDeclarations.NamedVariable variable, AtomicBoolean found) {
				if (variable.getSimpleName().equals(name)) {
					found.set(true);
				}
				return super.visitVariable(variable, found);
			}

		};
		fields(type).forEach((field) -> variables.visit(field, taken));
		constructors(type).forEach((constructor) -> variables.visit(constructor, taken));
		return !taken.get();
	}

	static boolean isRunner(@Nullable JavaType type) {
		return TypeUtils.isOfClassType(type, RUNNER);
	}

	private static List<J.VariableDeclarations> fields(J.ClassDeclaration type) {
		return statements(type, J.VariableDeclarations.class);
	}

	static List<J.MethodDeclaration> constructors(J.ClassDeclaration type) {
		return statements(type, J.MethodDeclaration.class).stream().filter(J.MethodDeclaration::isConstructor).toList();
	}

	private static <S extends Statement> List<S> statements(J.ClassDeclaration type, Class<S> kind) {
		return type.getBody().getStatements().stream().filter(kind::isInstance).map(kind::cast).toList();
	}

	static boolean isAnnotated(J.ClassDeclaration type, Set<String> annotations) {
		return type.getLeadingAnnotations()
			.stream()
			.anyMatch((annotation) -> annotations.stream()
				.anyMatch((name) -> TypeUtils.isOfClassType(annotation.getType(), name)));
	}

	private static boolean isComponent(J.ClassDeclaration type) {
		return type.getLeadingAnnotations()
			.stream()
			.anyMatch((annotation) -> isComponent(TypeUtils.asFullyQualified(annotation.getType()), new HashSet<>()));
	}

	/**
	 * Tells whether an annotation makes a component of a class: it is Spring's, or has
	 * one that does.
	 */
	private static boolean isComponent(JavaType.@Nullable FullyQualified annotation, Set<String> seen) {
		return annotation != null && seen.add(annotation.getFullyQualifiedName())
				&& (annotation.getFullyQualifiedName().equals(COMPONENT)
						|| annotation.getAnnotations().stream().anyMatch((meta) -> isComponent(meta, seen)));
	}

	/**
	 * Returns the name of the field that has the runner, or will have it.
	 */
	@Nullable String field() {
		return this.field;
	}

	/**
	 * Returns why there is no runner and will be none.
	 */
	@Nullable String reason() {
		return this.reason;
	}

	void use() {
		this.used = true;
	}

	/**
	 * Tells whether the class can be given a runner, which its constructor then has as a
	 * parameter.
	 */
	boolean isInjectable() {
		return this.injectable;
	}

	/**
	 * Tells whether the class has to be given the runner.
	 */
	boolean isToBeInjected() {
		return this.injectable && this.used;
	}

	boolean isConstructorGenerated() {
		return this.constructorGenerated;
	}

}
