package io.palitra.rewrite;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Tree;
import org.openrewrite.java.JavaVisitor;
import org.openrewrite.java.tree.Comment;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.Flag;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.java.tree.TextComment;
import org.openrewrite.java.tree.TypeUtils;
import org.openrewrite.marker.Markers;

/**
 * Moves the waits of a file, or says why not.
 */
final class WaitVisitor extends JavaVisitor<ExecutionContext> {

	private static final String OWNER = "palitra.owner";

	private static final String REASONS = "palitra.reasons";

	private static final String TASKS = "io.palitra.reactor.ReactorTasks";

	private final Sources sources;

	private final Set<JavaType.FullyQualified> injected = new HashSet<>();

	private boolean movedWithoutInjection;

	WaitVisitor(Sources sources) {
		this.sources = sources;
	}

	boolean hasMoved() {
		return this.movedWithoutInjection || !this.injected.isEmpty();
	}

	boolean hasMovedWithoutInjection() {
		return this.movedWithoutInjection;
	}

	/**
	 * Returns the classes that are given a runner.
	 */
	Set<JavaType.FullyQualified> injected() {
		return this.injected;
	}

	@Override
	public J visitClassDeclaration(J.ClassDeclaration type, ExecutionContext context) {
		Owner owner = Owner.of(type, this.sources);
		getCursor().putMessage(OWNER, owner);
		J.ClassDeclaration visited = (J.ClassDeclaration) super.visitClassDeclaration(type, context);
		if (owner.isToBeInjected() && owner.field() != null && type.getType() != null) {
			this.injected.add(type.getType());
			maybeAddImport(Owner.RUNNER, null, false);
			return Injection.of(visited, owner.field(), owner.isConstructorGenerated());
		}
		return visited;
	}

	@Override
	public J visitMethodInvocation(J.MethodInvocation call, ExecutionContext context) {
		J.MethodInvocation visited = (J.MethodInvocation) super.visitMethodInvocation(call, context);
		Expression receiver = call.getSelect();
		Wait wait = Wait.of(call.getMethodType(), (receiver != null) ? receiver.getType() : null);
		if (wait == null) {
			return visited;
		}
		Surroundings surroundings = Surroundings.of(getCursor());
		if (isImplementation(call, surroundings.method())) {
			return visited;
		}
		String reason = whyNot(wait, call, surroundings);
		if (reason != null || receiver == null || visited.getSelect() == null) {
			return leave(visited, (reason != null) ? reason : "it waits for this object itself");
		}
		Limit limit = Limit.of(call);
		if (limit.reason() != null) {
			return leave(visited, limit.reason());
		}
		if (limit.duration() != null && isTaken("java.time.Duration")
				|| wait == Wait.MONO_OPTIONAL && isTaken("java.util.Optional")) {
			return leave(visited, "another type has the name Duration or Optional in this file");
		}
		if (isOfANumericCondition(call)) {
			return leave(visited, "the condition would have another type: give its value a variable of its own first");
		}
		String runner = runner(surroundings);
		if (runner == null) {
			return visited;
		}
		return move(wait, call, visited.getSelect(), surroundings, runner, limit);
	}

	/**
	 * A future that hands its caller's wait on to another one is not who waits.
	 */
	private static boolean isImplementation(J.MethodInvocation call, J.@Nullable MethodDeclaration method) {
		return method != null && method.getMethodType() != null && method.getSimpleName().equals(call.getSimpleName())
				&& TypeUtils.isAssignableTo("java.util.concurrent.Future", method.getMethodType().getDeclaringType());
	}

	private @Nullable String whyNot(Wait wait, J.MethodInvocation call, Surroundings surroundings) {
		if (surroundings.reason() != null) {
			return surroundings.reason();
		}
		if (wait.reason() != null) {
			return wait.reason();
		}
		if (wait == Wait.FLUX_ITERABLE && loopElement(call) == null) {
			return "use runner.run(list(flux)) if all elements fit into memory, ReactorTasks.stream otherwise";
		}
		if ((wait.isOfReactor() || monoOfFuture(call.getSelect()) != null) && worksOnSubscriber(call, surroundings)) {
			return "what it does on this thread would be done on the loop's: give it a scheduler with subscribeOn";
		}
		return surroundings.whyExceptionsDiffer(wait);
	}

	/**
	 * Returns the {@code Mono} whose {@code toFuture} is waited for; {@code null} if it
	 * is another future.
	 */
	private static @Nullable Expression monoOfFuture(@Nullable Expression future) {
		Expression unwrapped = (future != null) ? future.unwrap() : null;
		return (unwrapped instanceof J.MethodInvocation call && call.getSimpleName().equals("toFuture")
				&& call.getSelect() != null
				&& TypeUtils.isAssignableTo("reactor.core.publisher.Mono", call.getSelect().getType()))
						? call.getSelect() : null;
	}

	/**
	 * Tells whether the source is seen to be work of the thread that subscribes.
	 */
	private static boolean worksOnSubscriber(J.MethodInvocation call, Surroundings surroundings) {
		Expression root = call;
		while (root instanceof J.MethodInvocation chained && chained.getSelect() != null) {
			root = chained.getSelect().unwrap();
		}
		boolean local = root instanceof J.Identifier identifier && identifier.getFieldType() != null
				&& !(identifier.getFieldType().getOwner() instanceof JavaType.FullyQualified);
		AtomicBoolean works = new AtomicBoolean();
		AtomicBoolean scheduled = new AtomicBoolean();
		new JavaVisitor<Integer>() {

			@Override
			public J visitMethodInvocation(J.MethodInvocation part, Integer context) {
				JavaType.Method method = part.getMethodType();
				if (method != null && method.getDeclaringType().getPackageName().equals("reactor.core.publisher")) {
					if (method.hasFlags(Flag.Static) && method.getName()
						.matches(
								"fromCallable|fromSupplier|fromRunnable|fromStream|defer|deferContextual|create|generate"
										+ "|using|usingWhen|push")) {
						works.set(true);
					}
					if (method.getName().equals("subscribeOn")) {
						scheduled.set(true);
					}
				}
				return super.visitMethodInvocation(part, context);
			}

		}.visit(local ? surroundings.method() : call, 0);
		return (works.get() || mapsOnSubscriber(call)) && !scheduled.get();
	}

	/**
	 * Tells whether a chain begins with values that are there, and calls something with
	 * them before it comes to what is asynchronous.
	 */
	private static boolean mapsOnSubscriber(J.MethodInvocation call) {
		boolean maps = false;
		for (Expression each = call; each instanceof J.MethodInvocation part; each = unwrapped(part.getSelect())) {
			JavaType.Method method = part.getMethodType();
			if (method == null || !method.getDeclaringType().getPackageName().equals("reactor.core.publisher")) {
				return false;
			}
			if (method.hasFlags(Flag.Static)) {
				return maps && method.getName().matches("just|justOrEmpty|fromIterable|fromArray|range");
			}
			if (method.getName()
				.matches("(flat|concat|switch)Map[A-Z]?.*|publishOn|subscribeOn|delay.*|then.*|zip.*")) {
				maps = false;
			}
			else if (part.getArguments()
				.stream()
				.anyMatch((argument) -> argument instanceof J.Lambda || argument instanceof J.MemberReference)) {
				maps = true;
			}
		}
		return false;
	}

	private static @Nullable Expression unwrapped(@Nullable Expression expression) {
		return (expression != null) ? expression.unwrap() : null;
	}

	/**
	 * Tells whether a wait is an alternative of a condition, of a type that is a number
	 * or a truth value: the type of the whole depends on that of what it calls.
	 */
	private boolean isOfANumericCondition(J.MethodInvocation call) {
		Cursor cursor = getCursor().getParentTreeCursor();
		while (cursor.getValue() instanceof J.Parentheses<?>) {
			cursor = cursor.getParentTreeCursor();
		}
		return cursor.getValue() instanceof J.Ternary && call.getType() instanceof JavaType.FullyQualified type
				&& type.getFullyQualifiedName()
					.matches("java\\.lang\\.(Boolean|Byte|Character|Short|Integer|Long|Float|Double)");
	}

	/**
	 * Returns code for the runner that can be used here. Where there is none, the reason
	 * is noted.
	 */
	private @Nullable String runner(Surroundings surroundings) {
		J.MethodDeclaration method = surroundings.method();
		if (method == null) {
			return null;
		}
		List<String> parameters = new ArrayList<>();
		for (Statement parameter : method.getParameters()) {
			if (parameter instanceof J.VariableDeclarations variables && Owner.isRunner(variables.getType())) {
				parameters.add(variables.getVariables().get(0).getSimpleName());
			}
		}
		if (parameters.size() == 1 && surroundings.isNeverReassigned(parameters.get(0))) {
			this.movedWithoutInjection = true;
			return parameters.get(0);
		}
		Owner owner = getCursor().getNearestMessage(OWNER);
		if (method.isConstructor() && parameters.isEmpty() && owner != null && owner.isInjectable()) {
			// Its parameter is there before its field.
			owner.use();
			return owner.field();
		}
		String reason = !parameters.isEmpty() ? "which runner is meant cannot be told"
				: method.hasModifier(J.Modifier.Type.Static) ? "a static method has no EventLoopThreadRunner"
						: method.isConstructor() ? "no runner is there yet when an object is made"
								: (owner != null) ? owner.reason() : "it is in no class";
		if (owner == null || owner.field() == null || reason != null) {
			note((reason != null) ? reason : "there is no EventLoopThreadRunner");
			return null;
		}
		owner.use();
		if (!owner.isToBeInjected()) {
			this.movedWithoutInjection = true;
		}
		return "this." + owner.field();
	}

	private boolean isTaken(String name) {
		J.CompilationUnit unit = getCursor().firstEnclosingOrThrow(J.CompilationUnit.class);
		String simpleName = name.substring(name.lastIndexOf('.') + 1);
		return unit.getImports()
			.stream()
			.anyMatch((imported) -> imported.getClassName().equals(simpleName) && !imported.getTypeName().equals(name))
				|| unit.getClasses().stream().anyMatch((type) -> type.getSimpleName().equals(simpleName));
	}

	private J move(Wait wait, J.MethodInvocation call, Expression receiver, Surroundings surroundings, String runner,
			Limit limit) {
		if (wait == Wait.JOIN || wait == Wait.GET) {
			return moveFuture(wait, call, receiver, surroundings, runner, limit);
		}
		List<Object> parts = new ArrayList<>();
		parts.add(receiver);
		if (wait == Wait.FLUX_STREAM || wait == Wait.FLUX_ITERABLE) {
			maybeAddImport(TASKS, null, false);
			String element = loopElement(call);
			String cast = (wait == Wait.FLUX_ITERABLE) ? "(Iterable<" + element + ">) " : "";
			return expression(cast + "ReactorTasks.stream(" + runner + ", #{any(reactor.core.publisher.Flux)})"
					+ (cast.isEmpty() ? "" : "::iterator"), call, parts);
		}
		String mono = switch (wait) {
			case FLUX_FIRST -> "#{any(reactor.core.publisher.Flux)}.next()";
			case FLUX_LAST -> "#{any(reactor.core.publisher.Flux)}.takeLast(1).next()";
			default -> "#{any(reactor.core.publisher.Mono)}";
		};
		String code = runner + ".run(" + importMono() + "mono(" + mono + ")" + limit.code(", ", parts) + ")";
		if (wait == Wait.MONO_OPTIONAL) {
			maybeAddImport("java.util.Optional", null, false);
			code = "Optional.ofNullable(" + code + ")";
		}
		return expression(code, call, parts);
	}

	private J moveFuture(Wait wait, J.MethodInvocation call, Expression receiver, Surroundings surroundings,
			String runner, Limit limit) {
		List<Object> parts = new ArrayList<>();
		if (limit.duration() != null) {
			maybeAddImport("java.time.Duration", null, false);
			maybeRemoveImport("java.util.concurrent.TimeUnit");
		}
		Expression mono = monoOfFuture(receiver);
		parts.add((mono != null) ? mono : receiver.unwrap());
		String future = "#{any(java.util.concurrent.CompletionStage)}";
		String task;
		if (mono != null) {
			task = importMono() + "mono(#{any(reactor.core.publisher.Mono)})";
		}
		else if (mayMoveStart(call, surroundings)) {
			task = "() -> " + future;
		}
		else {
			return expression(runner + ".await(" + future + limit.code(", ", parts) + ")", call, parts);
		}
		if (wait == Wait.JOIN) {
			return expression(runner + ".run(" + task + limit.code(", ", parts) + ")", call, parts);
		}
		if (limit.duration() == null) {
			return expression(runner + ".runInterruptibly(" + task + ")", call, parts);
		}
		maybeAddImport("io.palitra.RunOptions", null, false);
		return expression(
				runner + ".runInterruptibly(" + task + limit.code(", RunOptions.defaults().timeout(", parts) + "))",
				call, parts);
	}

	private boolean mayMoveStart(J.MethodInvocation call, Surroundings surroundings) {
		J.ClassDeclaration enclosing = getCursor().firstEnclosing(J.ClassDeclaration.class);
		return call.getSelect() != null
				&& new Start(surroundings, (enclosing != null) ? enclosing.getType() : null).mayMove(call.getSelect());
	}

	private J expression(String code, J.MethodInvocation call, List<Object> parts) {
		J made = Code.expression(code, getCursor(), call.getCoordinates().replace(), parts.toArray());
		if (made instanceof J.TypeCast cast) {
			made = cast.withExpression(cast.getExpression().withPrefix(Space.SINGLE_SPACE));
		}
		// A template formats all that is in it; what was there keeps its style
		return new JavaVisitor<Integer>() {

			@Override
			public @Nullable J visit(@Nullable Tree tree, Integer context) {
				for (Object part : parts) {
					if (tree instanceof J formatted && part instanceof J original
							&& formatted.getId().equals(original.getId())) {
						return original.withPrefix(formatted.getPrefix());
					}
				}
				return super.visit(tree, context);
			}

		}.visitNonNull(made, 0).withPrefix(call.getPrefix());
	}

	/**
	 * Imports {@code mono} where that name is free for it.
	 */
	private String importMono() {
		for (Cursor cursor = getCursor(); !cursor.isRoot(); cursor = cursor.getParentTreeCursor()) {
			JavaType.FullyQualified type = (cursor.getValue() instanceof J.ClassDeclaration declared)
					? declared.getType() : null;
			for (; type != null; type = type.getSupertype()) {
				if (type.getMethods().stream().anyMatch((method) -> method.getName().equals("mono"))) {
					maybeAddImport(TASKS, null, false);
					return "ReactorTasks.";
				}
			}
		}
		boolean taken = getCursor().firstEnclosingOrThrow(J.CompilationUnit.class)
			.getImports()
			.stream()
			.anyMatch((imported) -> imported.isStatic() && imported.getQualid().getSimpleName().equals("mono")
					&& !imported.getTypeName().equals(TASKS));
		if (taken) {
			maybeAddImport(TASKS, null, false);
			return "ReactorTasks.";
		}
		maybeAddImport(TASKS, "mono", false);
		return "";
	}

	/**
	 * Returns the type of the elements of a loop over the call's result, {@code null} if
	 * there is no such loop or its variable has another type.
	 */
	private @Nullable String loopElement(J.MethodInvocation call) {
		if (!(getCursor().getParentTreeCursor().getValue() instanceof J.ForEachLoop.Control control)
				|| !(control.getVariable() instanceof J.VariableDeclarations variable) || call.getSelect() == null
				|| variable.getTypeExpression() == null) {
			return null;
		}
		JavaType.Parameterized flux = TypeUtils.asParameterized(call.getSelect().getType());
		if (flux == null || flux.getTypeParameters().size() != 1
				|| !TypeUtils.isOfType(flux.getTypeParameters().get(0), variable.getType())) {
			return null;
		}
		String element = variable.getTypeExpression().withPrefix(Space.EMPTY).toString();
		boolean named = variable.getTypeExpression() instanceof J.Identifier && !element.equals("var")
				|| variable.getTypeExpression() instanceof J.FieldAccess;
		return named ? element : null;
	}

	@Override
	public J visitMemberReference(J.MemberReference reference, ExecutionContext context) {
		J.MemberReference visited = (J.MemberReference) super.visitMemberReference(reference, context);
		Wait wait = Wait.of(reference.getMethodType(), reference.getContaining().getType());
		if (wait == null) {
			return visited;
		}
		Surroundings surroundings = Surroundings.of(getCursor());
		String reason = surroundings.reason();
		boolean unbound = reference.getContaining() instanceof J.Identifier type && type.getFieldType() == null;
		if (reason == null && (wait != Wait.JOIN || !unbound || !isForStream())) {
			reason = "a method reference: write a lambda with the runner's call";
		}
		if (reason == null) {
			reason = surroundings.whyExceptionsDiffer(wait);
		}
		if (reason != null) {
			return leave(visited, reason);
		}
		String runner = runner(surroundings);
		if (runner == null) {
			return visited;
		}
		return visited.withContaining(Code.runner(runner).withPrefix(visited.getContaining().getPrefix()))
			.withReference(visited.getReference().withSimpleName("await"));
	}

	private boolean isForStream() {
		return getCursor().getParentTreeCursor().getValue() instanceof J.MethodInvocation call
				&& call.getMethodType() != null
				&& (call.getSimpleName().equals("map") && isStreamOrOptional(call.getMethodType().getDeclaringType())
						|| call.getSimpleName().equals("forEach"));
	}

	private static boolean isStreamOrOptional(JavaType type) {
		return TypeUtils.isOfClassType(type, "java.util.stream.Stream")
				|| TypeUtils.isOfClassType(type, "java.util.Optional");
	}

	private <T extends J> T leave(T tree, String reason) {
		note(reason);
		return tree;
	}

	/**
	 * Notes a reason at the statement that the wait is in.
	 */
	private void note(String reason) {
		for (Cursor cursor = getCursor(); !cursor.isRoot(); cursor = cursor.getParentTreeCursor()) {
			Object parent = cursor.getParentTreeCursor().getValue();
			if (cursor.getValue() instanceof Statement && (parent instanceof J.Block || parent instanceof J.Case)) {
				Set<String> reasons = cursor.computeMessageIfAbsent(REASONS, (key) -> new LinkedHashSet<>());
				reasons.add(reason);
				return;
			}
		}
	}

	@Override
	public @Nullable J postVisit(J tree, ExecutionContext context) {
		Set<String> reasons = getCursor().pollMessage(REASONS);
		if (reasons == null) {
			return tree;
		}
		Space prefix = tree.getPrefix();
		String indent = prefix.getIndent();
		List<Comment> comments = new ArrayList<>(prefix.getComments());
		int before = comments.size();
		for (String reason : reasons) {
			String text = " palitra: " + reason;
			if (comments.stream()
				.noneMatch((comment) -> comment instanceof TextComment known && known.getText().equals(text))) {
				comments.add(new TextComment(false, text, "\n" + indent, Markers.EMPTY));
			}
		}
		return (comments.size() > before) ? tree.withPrefix(prefix.withComments(comments)) : tree;
	}

}
