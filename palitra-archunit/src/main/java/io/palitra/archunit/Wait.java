package io.palitra.archunit;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.domain.properties.HasName;

/**
 * A method that makes its caller wait for asynchronous work.
 *
 * @param type the type that has it, or a supertype
 * @param method its name with the types of its parameters, or the beginning of that with
 * a {@code *} at the end
 * @param bounded whether the wait has a limit
 * @param instead what to write instead
 */
record Wait(String type, String method, boolean bounded, String instead) {

	private static final String TIME = "(long, java.util.concurrent.TimeUnit)";

	private static final String DURATION = "(java.time.Duration)";

	private static final String MONO = "reactor.core.publisher.Mono";

	private static final String FLUX = "reactor.core.publisher.Flux";

	private static final String FUTURE = "java.util.concurrent.Future";

	private static final String COMPLETABLE_FUTURE = "java.util.concurrent.CompletableFuture";

	private static final String RUN = "runner.run(() -> future), or runner.await(future) for one that others share";

	private static final String RUN_LIMITED = "runner.run(() -> future, timeout), or runner.await(future, timeout) "
			+ "for one that others share";

	private static final String RUN_PLAIN = "runner.run(() -> CompletableFuture.supplyAsync(work, executor)) for work "
			+ "of an executor, otherwise a client that returns a CompletionStage";

	private static final String TO_STAGE = "runner.run(single::toCompletionStage), or the CompletionStage of the "
			+ "Maybe, Completable, Observable or Flowable";

	private static final String NETTY = "runner.run(() -> stage) with a CompletableFuture that the future's listener "
			+ "completes";

	/**
	 * Work that threads of a pool share: whoever waits for a part of it works on other
	 * parts meanwhile.
	 */
	private static final String SHARED_WORK = "java.util.concurrent.ForkJoinTask";

	/**
	 * The first one that fits counts.
	 */
	private static final List<Wait> ALL = List.of(unbounded(MONO, "block()", "runner.run(mono(mono))"),
			bounded(MONO, "block" + DURATION, "runner.run(mono(mono), timeout)"),
			unbounded(MONO, "blockOptional()", "Optional.ofNullable(runner.run(mono(mono)))"),
			bounded(MONO, "blockOptional" + DURATION, "Optional.ofNullable(runner.run(mono(mono), timeout))"),
			unbounded(FLUX, "blockFirst()", "runner.run(mono(flux.next()))"),
			bounded(FLUX, "blockFirst" + DURATION, "runner.run(mono(flux.next()), timeout)"),
			unbounded(FLUX, "blockLast()", "runner.run(mono(flux.takeLast(1).next()))"),
			bounded(FLUX, "blockLast" + DURATION, "runner.run(mono(flux.takeLast(1).next()), timeout)"),
			unbounded(FLUX, "toIterable*",
					"runner.run(list(flux)), or ReactorTasks.stream(runner, flux) for a long one"),
			unbounded(FLUX, "toStream*", "ReactorTasks.stream(runner, flux)"),

			unbounded("io.smallrye.mutiny.groups.UniAwait", "indefinitely()",
					"runner.run(uni::subscribeAsCompletionStage)"),
			bounded("io.smallrye.mutiny.groups.UniAwait", "atMost" + DURATION,
					"runner.run(uni::subscribeAsCompletionStage, timeout)"),
			unbounded("io.smallrye.mutiny.groups.UniAwaitOptional", "indefinitely()",
					"Optional.ofNullable(runner.run(uni::subscribeAsCompletionStage))"),
			bounded("io.smallrye.mutiny.groups.UniAwaitOptional", "atMost" + DURATION,
					"Optional.ofNullable(runner.run(uni::subscribeAsCompletionStage, timeout))"),
			unbounded("io.smallrye.mutiny.groups.MultiSubscribe", "asIterable*",
					"runner.stream(multi), or runner.run(multi.collect().asList()::subscribeAsCompletionStage)"),
			unbounded("io.smallrye.mutiny.groups.MultiSubscribe", "asStream*", "runner.stream(multi)"),

			bounded("io.reactivex.rxjava3.core.Completable", "blockingAwait" + TIME, TO_STAGE),
			unbounded("io.reactivex.rxjava3.core.Completable", "blocking*", TO_STAGE),
			unbounded("io.reactivex.rxjava3.core.Single", "blocking*", TO_STAGE),
			unbounded("io.reactivex.rxjava3.core.Maybe", "blocking*", TO_STAGE),
			unbounded("io.reactivex.rxjava3.core.Observable", "blocking*", TO_STAGE),
			unbounded("io.reactivex.rxjava3.core.Flowable", "blocking*", TO_STAGE),
			bounded("io.reactivex.Completable", "blockingAwait" + TIME, TO_STAGE),
			unbounded("io.reactivex.Completable", "blocking*", TO_STAGE),
			unbounded("io.reactivex.Single", "blocking*", TO_STAGE),
			unbounded("io.reactivex.Maybe", "blocking*", TO_STAGE),
			unbounded("io.reactivex.Observable", "blocking*", TO_STAGE),
			unbounded("io.reactivex.Flowable", "blocking*", TO_STAGE),

			unbounded("io.netty.util.concurrent.Future", "sync()", NETTY),
			unbounded("io.netty.util.concurrent.Future", "syncUninterruptibly()", NETTY),
			unbounded("io.netty.util.concurrent.Future", "await()", NETTY),
			unbounded("io.netty.util.concurrent.Future", "awaitUninterruptibly()", NETTY),
			bounded("io.netty.util.concurrent.Future", "await*", NETTY),

			unbounded("kotlinx.coroutines.BuildersKt", "runBlocking*", "runner.runSuspending { } of palitra-kotlin"),

			unbounded("com.google.common.util.concurrent.Futures", "getUnchecked*", RUN_PLAIN),
			unbounded("com.google.common.util.concurrent.Uninterruptibles",
					"getUninterruptibly(java.util.concurrent.Future)", RUN_PLAIN),
			bounded("com.google.common.util.concurrent.Uninterruptibles", "getUninterruptibly*", RUN_PLAIN),

			unbounded(COMPLETABLE_FUTURE, "join()", RUN), unbounded(COMPLETABLE_FUTURE, "get()", RUN),
			bounded(COMPLETABLE_FUTURE, "get" + TIME, RUN_LIMITED), unbounded(FUTURE, "get()", RUN_PLAIN),
			bounded(FUTURE, "get" + TIME, RUN_PLAIN), unbounded("java.util.concurrent.CountDownLatch", "await()",
					"runner.run(() -> future) with a future that is completed where the latch is counted down"));

	private static Wait unbounded(String type, String method, String instead) {
		return new Wait(type, method, false, instead);
	}

	private static Wait bounded(String type, String method, String instead) {
		return new Wait(type, method, true, instead);
	}

	static Optional<Wait> of(JavaCodeUnitAccess<?> access) {
		CodeUnitAccessTarget target = access.getTarget();
		String method = target.getName() + HasName.Utils.namesOf(target.getRawParameterTypes())
			.stream()
			.collect(Collectors.joining(", ", "(", ")"));
		return ALL.stream()
			.filter((wait) -> wait.isMethod(method) && wait.isIn(target.getOwner()))
			.findFirst()
			.filter((wait) -> !wait.isImplementedBy(access.getOrigin(), target));
	}

	private boolean isMethod(String candidate) {
		return this.method.endsWith("*") ? candidate.startsWith(this.method.substring(0, this.method.length() - 1))
				: candidate.equals(this.method);
	}

	private boolean isIn(JavaClass owner) {
		return owner.isAssignableTo(this.type) && !owner.isAssignableTo(SHARED_WORK);
	}

	/**
	 * A future that hands {@code get} on to another one waits no more than its caller
	 * wants to, and it is the caller who is found.
	 */
	private boolean isImplementedBy(JavaCodeUnit origin, CodeUnitAccessTarget target) {
		return origin.getName().equals(target.getName()) && origin.getOwner().isAssignableTo(this.type)
				&& HasName.Utils.namesOf(origin.getRawParameterTypes())
					.equals(HasName.Utils.namesOf(target.getRawParameterTypes()));
	}

}
