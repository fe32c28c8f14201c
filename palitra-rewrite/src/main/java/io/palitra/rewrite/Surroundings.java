package io.palitra.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.java.JavaVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.NameTree;
import org.openrewrite.java.tree.TypeUtils;

/**
 * What is around a wait, as far as it decides on whether the wait can be moved.
 *
 * @param method the method it is in, {@code null} where there is none
 * @param inLambda whether it is in a lambda in that method
 * @param catches the {@code catch} blocks that see what it throws, the innermost first
 * @param reason why it cannot be moved whatever it is, {@code null} if it may be
 */
record Surroundings(J.@Nullable MethodDeclaration method, boolean inLambda, List<J.Try.Catch> catches,
		@Nullable String reason) {

	static Surroundings of(Cursor wait) {
		List<J.Try.Catch> catches = new ArrayList<>();
		boolean inLambda = false;
		Object inner = wait.getValue();
		for (Cursor cursor = wait.getParentTreeCursor(); !cursor.isRoot(); cursor = cursor.getParentTreeCursor()) {
			Object tree = cursor.getValue();
			if (tree instanceof J.Lambda) {
				inLambda = true;
				if (isHandedToAsynchronousCode(cursor)) {
					return isHandedToAllOf(cursor)
							? not("all are done by then, so it does not wait; the runner's gather "
									+ "starts the calls, waits and collects the values")
							: not("this may run on a thread that must not block: compose it instead, such as with "
									+ "flatMap or thenCompose");
				}
			}
			else if (tree instanceof J.Try statement && inner == statement.getBody()) {
				// Also around a lambda, which may be called inside.
				catches.addAll(statement.getCatches());
			}
			else if (tree instanceof J.Try statement && !inLambda && statement.getResources() != null
					&& statement.getResources().contains(inner)) {
				return not("it is a resource of a try statement");
			}
			else if (tree instanceof J.MethodDeclaration method) {
				return of(cursor, method, inLambda, catches);
			}
			else if (tree instanceof J.ClassDeclaration) {
				return not("no runner is there yet when a class or its fields are initialised");
			}
			else if (tree instanceof J.NewClass anonymous && anonymous.getBody() != null
					&& inner == anonymous.getBody()) {
				return not("no runner is there yet when a class or its fields are initialised");
			}
			inner = tree;
		}
		return not("it is in no class");
	}

	private static Surroundings of(Cursor cursor, J.MethodDeclaration method, boolean inLambda,
			List<J.Try.Catch> catches) {
		Cursor type = cursor.getParentTreeCursor().getParentTreeCursor();
		if (!(type.getValue() instanceof J.ClassDeclaration)) {
			return not("it is in an anonymous class or an enum constant");
		}
		if (method.getMethodType() == null) {
			return not("its types could not be resolved");
		}
		if (!method.isConstructor() && Wait.isAsynchronous(method.getMethodType().getReturnType())) {
			return not("the method is asynchronous itself: compose it instead, such as with flatMap or thenCompose");
		}
		return new Surroundings(method, inLambda, catches, null);
	}

	private static Surroundings not(String reason) {
		return new Surroundings(null, false, List.of(), reason);
	}

	private static boolean isHandedToAsynchronousCode(Cursor lambda) {
		Object parent = lambda.getParentTreeCursor().getValue();
		while (parent instanceof J.Parentheses<?> || parent instanceof J.TypeCast) {
			lambda = lambda.getParentTreeCursor();
			parent = lambda.getParentTreeCursor().getValue();
		}
		if (!(parent instanceof J.MethodInvocation call)) {
			return false;
		}
		JavaType.Method method = call.getMethodType();
		return method == null || Wait.isAsynchronous(method.getDeclaringType())
				|| method.getDeclaringType().getPackageName().matches("(reactor|io\\.palitra|io\\.reactivex)(\\..*)?")
				|| Wait.isAsynchronous(method.getReturnType());
	}

	/**
	 * Tells whether a lambda is what follows on {@code CompletableFuture.allOf}, where
	 * the values are read.
	 */
	private static boolean isHandedToAllOf(Cursor lambda) {
		return lambda.getParentTreeCursor().getValue() instanceof J.MethodInvocation call
				&& call.getSimpleName().startsWith("then") && call.getSelect() != null
				&& call.getSelect().unwrap() instanceof J.MethodInvocation all && all.getSimpleName().equals("allOf")
				&& all.getMethodType() != null && TypeUtils.isOfClassType(all.getMethodType().getDeclaringType(),
						"java.util.concurrent.CompletableFuture");
	}

	/**
	 * Tells why what a runner throws would not be treated as what this wait throws now
	 * is.
	 */
	@Nullable String whyExceptionsDiffer(Wait wait) {
		boolean handled = false;
		for (J.Try.Catch handler : this.catches) {
			for (NameTree type : caught(handler)) {
				if (!(type.getType() instanceof JavaType.FullyQualified known)) {
					return "the type of an exception that is caught here could not be resolved";
				}
				String name = known.getFullyQualifiedName();
				if (name.equals("java.lang.Exception") || name.equals("java.lang.Throwable")
						|| name.equals("java.lang.RuntimeException")) {
					if (looksInto(handler, wait)) {
						return "the catch block looks into the exception or hands it on, and a runner throws the cause "
								+ "itself";
					}
					handled |= !name.equals("java.lang.RuntimeException");
				}
				else if (isChangedBy(wait, name, known)) {
					return "the catch block is for what " + describe(wait) + " throws, and a runner throws the cause "
							+ "itself, or a RunTimeoutException";
				}
			}
		}
		if (wait == Wait.GET && !handled && !this.inLambda && !declaresException()) {
			return "the method declares an exception of get(), and a runner throws the cause itself";
		}
		return null;
	}

	private static List<NameTree> caught(J.Try.Catch handler) {
		Object type = handler.getParameter().getTree().getTypeExpression();
		if (type instanceof J.MultiCatch several) {
			return several.getAlternatives();
		}
		return (type instanceof NameTree one) ? List.of(one) : List.of();
	}

	private static boolean isChangedBy(Wait wait, String name, JavaType type) {
		if (wait.isOfReactor()) {
			return name.equals("java.lang.IllegalStateException")
					|| name.equals("java.util.concurrent.CompletionException") || name.startsWith("reactor.");
		}
		if (wait == Wait.GET && (name.equals("java.lang.InterruptedException")
				|| name.equals("java.util.concurrent.ExecutionException")
				|| name.equals("java.util.concurrent.TimeoutException"))) {
			return true;
		}
		return TypeUtils.isAssignableTo("java.lang.RuntimeException", type)
				|| TypeUtils.isAssignableTo("java.lang.Error", type);
	}

	private static String describe(Wait wait) {
		return switch (wait) {
			case JOIN -> "join()";
			case GET -> "get()";
			default -> "blocking";
		};
	}

	private boolean declaresException() {
		return this.method != null && this.method.getThrows() != null
				&& this.method.getThrows()
					.stream()
					.anyMatch((type) -> TypeUtils.isOfClassType(type.getType(), "java.lang.Exception")
							|| TypeUtils.isOfClassType(type.getType(), "java.lang.Throwable"));
	}

	/**
	 * Tells whether more is done with an exception than to log it, to make it another's
	 * cause, or to throw it on.
	 */
	private static boolean looksInto(J.Try.Catch handler, Wait wait) {
		String name = handler.getParameter().getTree().getVariables().get(0).getSimpleName();
		AtomicBoolean found = new AtomicBoolean();
		new JavaVisitor<AtomicBoolean>() {

			@Override
			public J visitIdentifier(J.Identifier identifier, AtomicBoolean looks) {
				if (identifier.getSimpleName().equals(name)) {
					Object parent = getCursor().getParentTreeCursor().getValue();
					boolean harmless = parent instanceof J.Throw
							|| parent instanceof J.NewClass made && made.getArguments().contains(identifier)
									&& TypeUtils.isAssignableTo("java.lang.Throwable", made.getType())
							|| parent instanceof J.MethodInvocation call && isHarmless(call, identifier);
					if (!harmless) {
						looks.set(true);
					}
				}
				return identifier;
			}

			private boolean isHarmless(J.MethodInvocation call, J.Identifier identifier) {
				if (call.getSelect() == identifier) {
					return call.getSimpleName().equals("printStackTrace")
							|| wait.isOfReactor() && call.getSimpleName().equals("getMessage");
				}
				JavaType.Method method = call.getMethodType();
				return method != null && method.getDeclaringType()
					.getFullyQualifiedName()
					.matches("org\\.slf4j\\.Logger|java\\.util\\.logging\\.Logger|java\\.lang\\.System\\.Logger"
							+ "|java\\.lang\\.System\\$Logger|org\\.apache\\.commons\\.logging\\.Log"
							+ "|org\\.apache\\.logging\\.log4j\\.Logger");
			}

		}.visit(handler.getBody(), found);
		return found.get();
	}

	/**
	 * Tells whether a local variable or parameter can be read by a lambda: it is assigned
	 * where it is declared and nowhere else.
	 */
	boolean isNeverReassigned(String variable) {
		if (this.method == null) {
			return false;
		}
		AtomicBoolean reassigned = new AtomicBoolean();
		new JavaVisitor<AtomicBoolean>() {

			@Override
			public J visitAssignment(J.Assignment assignment, AtomicBoolean found) {
				check(assignment.getVariable(), found);
				return super.visitAssignment(assignment, found);
			}

			@Override
			public J visitAssignmentOperation(J.AssignmentOperation assignment, AtomicBoolean found) {
				check(assignment.getVariable(), found);
				return super.visitAssignmentOperation(assignment, found);
			}

			@Override
			public J visitUnary(J.Unary unary, AtomicBoolean found) {
				if (unary.getOperator().isModifying()) {
					check(unary.getExpression(), found);
				}
				return super.visitUnary(unary, found);
			}

			private void check(Expression target, AtomicBoolean found) {
				if (target instanceof J.Identifier identifier && identifier.getSimpleName().equals(variable)) {
					found.set(true);
				}
			}

		}.visit(this.method, reassigned);
		return !reassigned.get();
	}

}
