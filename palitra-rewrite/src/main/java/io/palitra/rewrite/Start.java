package io.palitra.rewrite;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.openrewrite.java.JavaVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.Flag;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeUtils;

/**
 * Decides whether an expression for a future starts work, and may do so on the loop's
 * thread: it is a call of a client, and all else in it is the same wherever and whenever
 * it is evaluated. Whoever does not fulfil that keeps its place, and is only waited for.
 */
final class Start {

	/**
	 * Types of the JDK whose methods depend on nothing but their arguments.
	 */
	private static final Pattern VALUES = Pattern.compile("java\\.lang\\.(String|Boolean|Character|Byte|Short|Integer|"
			+ "Long|Float|Double|Math|Enum)|java\\.time\\.Duration|java\\.net\\.URI|java\\.net\\.http\\..*|"
			+ "java\\.util\\.(List|Set|Map|Optional|Objects|UUID)|java\\.nio\\.charset\\.StandardCharsets");

	/**
	 * Types that hand out one future to many, which is none's to cancel.
	 */
	private static final Pattern SHARES = Pattern.compile(".*(Cache|Map|Registry|Store)");

	private final Surroundings surroundings;

	private final JavaType.@Nullable FullyQualified enclosing;

	private final Set<String> lambdaParameters = new HashSet<>();

	Start(Surroundings surroundings, JavaType.@Nullable FullyQualified enclosing) {
		this.surroundings = surroundings;
		this.enclosing = enclosing;
	}

	boolean mayMove(Expression future) {
		return !hasWait(future) && startsWork(future);
	}

	/**
	 * Tells whether somebody waits to get the expression, which must not be on the loop.
	 */
	private static boolean hasWait(Expression future) {
		AtomicBoolean waits = new AtomicBoolean();
		new JavaVisitor<AtomicBoolean>() {

			@Override
			public J visitMethodInvocation(J.MethodInvocation part, AtomicBoolean found) {
				Expression receiver = part.getSelect();
				if (Wait.of(part.getMethodType(), (receiver != null) ? receiver.getType() : null) != null) {
					found.set(true);
				}
				return super.visitMethodInvocation(part, found);
			}

		}.visit(future, waits);
		return waits.get();
	}

	private boolean startsWork(Expression future) {
		Expression expression = future.unwrap();
		if (!(expression instanceof J.MethodInvocation call) || call.getMethodType() == null) {
			return false;
		}
		JavaType.Method method = call.getMethodType();
		if (!method.getThrownExceptions().isEmpty() || !areValues(call.getArguments())) {
			return false;
		}
		if (method.hasFlags(Flag.Static)) {
			return TypeUtils.isOfClassType(method.getDeclaringType(), "java.util.concurrent.CompletableFuture")
					&& (method.getName().equals("supplyAsync") || method.getName().equals("runAsync"));
		}
		if (call.getSelect() == null) {
			return false;
		}
		if (TypeUtils.isAssignableTo("java.util.concurrent.CompletionStage", method.getDeclaringType())) {
			return startsWork(call.getSelect());
		}
		return isClient(method) && isValue(call.getSelect());
	}

	private boolean isClient(JavaType.Method method) {
		JavaType.FullyQualified type = method.getDeclaringType();
		if (type.getPackageName().equals("java.util") || type.getPackageName().startsWith("java.util.")
				|| SHARES.matcher(type.getClassName()).matches()) {
			return false;
		}
		if (this.enclosing == null || TypeUtils.isAssignableTo(type.getFullyQualifiedName(), this.enclosing)) {
			return false;
		}
		return !method.getParameterTypes().isEmpty() || !isAccessor(method.getName(), type);
	}

	/**
	 * Tells whether a method without parameters rather hands out a future that is there
	 * already.
	 */
	private static boolean isAccessor(String name, JavaType.FullyQualified type) {
		String property = (name.startsWith("get") && name.length() > 3)
				? Character.toLowerCase(name.charAt(3)) + name.substring(4) : name;
		return type.getKind() == JavaType.FullyQualified.Kind.Record || property.toLowerCase().endsWith("future")
				|| property.matches("(on|when)[A-Z].*|(close|done|completion|termination|result|stage)[A-Za-z]*")
				|| type.getMembers().stream().anyMatch((field) -> field.getName().equals(property));
	}

	private boolean areValues(List<Expression> expressions) {
		return expressions.stream().allMatch(this::isValue);
	}

	private boolean isValue(@Nullable Expression expression) {
		if (expression == null || expression instanceof J.Empty || expression instanceof J.Literal) {
			return true;
		}
		if (expression instanceof J.Parentheses<?>) {
			return isValue(expression.unwrap());
		}
		if (expression instanceof J.Identifier identifier) {
			return isValue(identifier);
		}
		if (expression instanceof J.FieldAccess access) {
			return isValue(access.getTarget());
		}
		if (expression instanceof J.MemberReference reference) {
			return isValue(reference.getContaining());
		}
		if (expression instanceof J.Binary binary) {
			return isValue(binary.getLeft()) && isValue(binary.getRight());
		}
		if (expression instanceof J.Lambda lambda) {
			return isValue(lambda);
		}
		if (expression instanceof J.NewClass made) {
			JavaType.FullyQualified type = TypeUtils.asFullyQualified(made.getType());
			return made.getBody() == null && type != null && type.getKind() == JavaType.FullyQualified.Kind.Record
					&& areValues(made.getArguments());
		}
		return expression instanceof J.MethodInvocation call && isValue(call);
	}

	private boolean isValue(J.Identifier identifier) {
		if (identifier.getFieldType() == null || this.lambdaParameters.contains(identifier.getSimpleName())) {
			// A type, this, or what is the lambda's own
			return true;
		}
		boolean local = !(identifier.getFieldType().getOwner() instanceof JavaType.FullyQualified);
		return !local || this.surroundings.isNeverReassigned(identifier.getSimpleName());
	}

	/**
	 * A lambda that does no more than to configure what it is given, as the builders of
	 * clients want it. What another one does, nobody knows, nor when.
	 */
	private boolean isValue(J.Lambda lambda) {
		Set<String> added = new HashSet<>();
		lambda.getParameters().getParameters().forEach((parameter) -> {
			if (parameter instanceof J.VariableDeclarations variables) {
				variables.getVariables().forEach((variable) -> added.add(variable.getSimpleName()));
			}
		});
		added.removeAll(this.lambdaParameters);
		this.lambdaParameters.addAll(added);
		boolean value = lambda.getBody() instanceof Expression body && isValue(body);
		this.lambdaParameters.removeAll(added);
		return value;
	}

	private boolean isValue(J.MethodInvocation call) {
		JavaType.Method method = call.getMethodType();
		if (method == null || !method.getThrownExceptions().isEmpty() || !areValues(call.getArguments())) {
			return false;
		}
		Expression root = call;
		while (root instanceof J.MethodInvocation chained && chained.getSelect() != null
				&& areValues(chained.getArguments())) {
			root = chained.getSelect().unwrap();
		}
		if (root instanceof J.Identifier identifier && this.lambdaParameters.contains(identifier.getSimpleName())) {
			return true;
		}
		JavaType.FullyQualified type = method.getDeclaringType();
		boolean known = VALUES.matcher(type.getFullyQualifiedName()).matches()
				|| type.getKind() == JavaType.FullyQualified.Kind.Record && method.getParameterTypes().isEmpty();
		return known && call.getSelect() != null && isValue(call.getSelect());
	}

}
