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
	 * {@code Flux.toIterable} or {@code toStream} with a queue of the caller's own.
	 */
	FLUX_QUEUE("it has a queue of its own: use ReactorTasks.stream, or runner.run(list(flux)) if all elements fit into "
			+ "memory"),

	/**
	 * {@code get} of a future that is no stage.
	 */
	FUTURE("a plain Future tells nobody when it is done: use one that does, such as "
			+ "runner.run(() -> CompletableFuture.supplyAsync(work, executor))"),

	/**
	 * {@code CountDownLatch.await}.
	 */
	LATCH("use runner.run(() -> future) with a future that is completed where the latch is counted down"),

	/**
	 * What Mutiny has.
	 */
	MUTINY("use runner.run(uni::subscribeAsCompletionStage), or runner.stream(multi)"),

	/**
	 * What RxJava has.
	 */
	RX("use runner.run(single::toCompletionStage), or the CompletionStage of the Maybe, Completable, Observable or "
			+ "Flowable"),

	/**
	 * What Netty's futures have.
	 */
	NETTY("use runner.run(() -> stage) with a CompletableFuture that the future's listener completes");

	private static final String MUTINY_GROUPS = "io.smallrye.mutiny.groups.";

	private static final Set<String> STAGE_OR_SOURCE = Set.of("org.reactivestreams.Publisher",
			"java.util.concurrent.Flow.Publisher", "java.util.concurrent.Flow$Publisher",
			"java.util.concurrent.CompletionStage", "io.smallrye.mutiny.Uni", "io.smallrye.mutiny.Multi",
			"io.reactivex.rxjava3.core.Single", "io.reactivex.rxjava3.core.Maybe",
			"io.reactivex.rxjava3.core.Completable", "io.reactivex.rxjava3.core.Observable",
			"io.reactivex.rxjava3.core.Flowable", "io.reactivex.Single", "io.reactivex.Maybe",
			"io.reactivex.Completable", "io.reactivex.Observable", "io.reactivex.Flowable");

	private final @Nullable String reason;

	Wait() {
		this(null);
	}

	Wait(@Nullable String reason) {
		this.reason = reason;
	}

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
				case "toIterable" -> (parameters.size() < 2) ? FLUX_ITERABLE : FLUX_QUEUE;
				case "toStream" -> (parameters.size() < 2) ? FLUX_STREAM : FLUX_QUEUE;
				default -> null;
			};
		}
		if (TypeUtils.isAssignableTo("java.util.concurrent.Future", type)) {
			return ofFuture(method, type);
		}
		return ofOther(method, type);
	}

	private static @Nullable Wait ofFuture(JavaType.Method method, JavaType type) {
		if (TypeUtils.isAssignableTo("java.util.concurrent.ForkJoinTask", type)) {
			return null;
		}
		boolean stage = TypeUtils.isAssignableTo("java.util.concurrent.CompletionStage", type);
		Wait get = stage ? GET : FUTURE;
		int parameters = method.getParameterTypes().size();
		return switch (method.getName()) {
			case "join" -> (stage && parameters == 0) ? JOIN : null;
			case "get" -> (parameters == 0 || parameters == 2) ? get : null;
			case "sync", "syncUninterruptibly", "await", "awaitUninterruptibly" ->
				TypeUtils.isAssignableTo("io.netty.util.concurrent.Future", type) ? NETTY : null;
			default -> null;
		};
	}

	private static @Nullable Wait ofOther(JavaType.Method method, JavaType type) {
		return switch (method.getName()) {
			case "await" -> (method.getParameterTypes().isEmpty()
					&& TypeUtils.isAssignableTo("java.util.concurrent.CountDownLatch", type)) ? LATCH : null;
			case "indefinitely", "atMost" -> (TypeUtils.isOfClassType(type, MUTINY_GROUPS + "UniAwait")
					|| TypeUtils.isOfClassType(type, MUTINY_GROUPS + "UniAwaitOptional")) ? MUTINY : null;
			case "asIterable", "asStream" ->
				TypeUtils.isOfClassType(type, MUTINY_GROUPS + "MultiSubscribe") ? MUTINY : null;
			case "getUnchecked" ->
				TypeUtils.isOfClassType(type, "com.google.common.util.concurrent.Futures") ? FUTURE : null;
			case "getUninterruptibly" ->
				TypeUtils.isOfClassType(type, "com.google.common.util.concurrent.Uninterruptibles") ? FUTURE : null;
			default -> (method.getName().startsWith("blocking") && isAsynchronous(type)) ? RX : null;
		};
	}

	/**
	 * Tells whether values of a type are work that goes on, or can.
	 */
	static boolean isAsynchronous(@Nullable JavaType type) {
		return type != null && STAGE_OR_SOURCE.stream().anyMatch((name) -> TypeUtils.isAssignableTo(name, type));
	}

	/**
	 * Returns why it stays wherever it is, with what could be written instead;
	 * {@code null} if it may be moved.
	 */
	@Nullable String reason() {
		return this.reason;
	}

	boolean isOfReactor() {
		return this != JOIN && this != GET && this.reason == null;
	}

}
