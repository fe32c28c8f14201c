package io.palitra.rewrite;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeUtils;

/**
 * A way to wait for asynchronous work.
 */
enum Wait {

	/**
	 * {@code Mono.block}, which throws what the work throws.
	 */
	MONO,

	/**
	 * {@code Mono.blockOptional}.
	 */
	MONO_OPTIONAL,

	/**
	 * {@code Flux.blockFirst}.
	 */
	FLUX_FIRST,

	/**
	 * {@code Flux.blockLast}.
	 */
	FLUX_LAST,

	/**
	 * {@code Flux.toIterable}.
	 */
	FLUX_ITERABLE,

	/**
	 * {@code Flux.toStream}.
	 */
	FLUX_STREAM,

	/**
	 * {@code CompletableFuture.join}, which wraps what the work throws, unchecked.
	 */
	JOIN,

	/**
	 * {@code get} of a future that is a stage, too, which wraps what the work throws,
	 * checked.
	 */
	GET,

	/**
	 * A wait that a runner has no counterpart for which could be written without knowing
	 * more.
	 */
	OTHER;

	private static final Set<String> STAGE_OR_SOURCE = Set.of("org.reactivestreams.Publisher",
			"java.util.concurrent.Flow.Publisher", "java.util.concurrent.Flow$Publisher",
			"java.util.concurrent.CompletionStage", "io.smallrye.mutiny.Uni", "io.smallrye.mutiny.Multi",
			"io.reactivex.rxjava3.core.Single", "io.reactivex.rxjava3.core.Maybe",
			"io.reactivex.rxjava3.core.Completable", "io.reactivex.rxjava3.core.Observable",
			"io.reactivex.rxjava3.core.Flowable", "io.reactivex.Single", "io.reactivex.Maybe",
			"io.reactivex.Completable", "io.reactivex.Observable", "io.reactivex.Flowable");

	static @Nullable Wait of(JavaType.@Nullable Method method, @Nullable JavaType receiver) {
		if (method == null) {
			return null;
		}
		JavaType type = (receiver != null) ? receiver : method.getDeclaringType();
		List<JavaType> parameters = method.getParameterTypes();
		if (TypeUtils.isAssignableTo("reactor.core.publisher.Mono", type)) {
			return switch (method.getName()) {
				case "block" -> MONO;
				case "blockOptional" -> MONO_OPTIONAL;
				default -> null;
			};
		}
		if (TypeUtils.isAssignableTo("reactor.core.publisher.Flux", type)) {
			return switch (method.getName()) {
				case "blockFirst" -> FLUX_FIRST;
				case "blockLast" -> FLUX_LAST;
				case "toIterable" -> parameters.isEmpty() ? FLUX_ITERABLE : OTHER;
				case "toStream" -> parameters.isEmpty() ? FLUX_STREAM : OTHER;
				default -> null;
			};
		}
		if (TypeUtils.isAssignableTo("java.util.concurrent.Future", type)) {
			return ofFuture(method, type);
		}
		return isOther(method, type) ? OTHER : null;
	}

	private static @Nullable Wait ofFuture(JavaType.Method method, JavaType type) {
		if (TypeUtils.isAssignableTo("java.util.concurrent.ForkJoinTask", type)) {
			return null;
		}
		boolean stage = TypeUtils.isAssignableTo("java.util.concurrent.CompletionStage", type);
		Wait get = stage ? GET : OTHER;
		int parameters = method.getParameterTypes().size();
		return switch (method.getName()) {
			case "join" -> (stage && parameters == 0) ? JOIN : null;
			case "get" -> (parameters == 0 || parameters == 2) ? get : null;
			case "sync", "syncUninterruptibly", "await", "awaitUninterruptibly" ->
				TypeUtils.isAssignableTo("io.netty.util.concurrent.Future", type) ? OTHER : null;
			default -> null;
		};
	}

	private static boolean isOther(JavaType.Method method, JavaType type) {
		return switch (method.getName()) {
			case "await" -> method.getParameterTypes().isEmpty()
					&& TypeUtils.isAssignableTo("java.util.concurrent.CountDownLatch", type);
			case "indefinitely", "atMost" -> TypeUtils.isOfClassType(type, "io.smallrye.mutiny.groups.UniAwait")
					|| TypeUtils.isOfClassType(type, "io.smallrye.mutiny.groups.UniAwaitOptional");
			case "asIterable", "asStream" -> TypeUtils.isOfClassType(type, "io.smallrye.mutiny.groups.MultiSubscribe");
			case "getUnchecked" -> TypeUtils.isOfClassType(type, "com.google.common.util.concurrent.Futures");
			case "getUninterruptibly" ->
				TypeUtils.isOfClassType(type, "com.google.common.util.concurrent.Uninterruptibles");
			default -> method.getName().startsWith("blocking") && isAsynchronous(type);
		};
	}

	/**
	 * Tells whether values of a type are work that goes on, or can.
	 */
	static boolean isAsynchronous(@Nullable JavaType type) {
		return type != null && STAGE_OR_SOURCE.stream().anyMatch((name) -> TypeUtils.isAssignableTo(name, type));
	}

	boolean isOfReactor() {
		return this != JOIN && this != GET && this != OTHER;
	}

}
