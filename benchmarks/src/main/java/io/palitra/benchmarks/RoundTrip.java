package io.palitra.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import io.smallrye.mutiny.Uni;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.TimeoutKt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import reactor.core.publisher.Mono;

import io.palitra.benchmarks.Contender.Role;

/**
 * What does it cost to have a task run by the one thread of an event loop and to wait for
 * its result, at most for some time?
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class RoundTrip {

	@Benchmark
	@Contender(value = "palitra", role = Role.PALITRA)
	public Thread palitra(Peers.Palitra peer) {
		return Trivial.elsewhere(peer.runner.run(Trivial::start));
	}

	@Benchmark
	@Contender(value = "palitra, `PARK`", role = Role.VARIANT)
	public Thread palitraPark(Peers.PalitraPark peer) {
		return Trivial.elsewhere(peer.runner.run(Trivial::start));
	}

	@Benchmark
	@Contender(value = "palitra, `startOn(caller())`", role = Role.LESS)
	public Thread palitraOnCaller(Peers.PalitraOnCaller peer) {
		return Trivial.here(peer.runner.run(Trivial::start));
	}

	@Benchmark
	@Contender("JDK: `supplyAsync(…, new ScheduledThreadPoolExecutor(1)).get(…)`")
	public Thread jdk(Peers.Jdk peer) throws Exception {
		return Trivial.elsewhere(CompletableFuture.supplyAsync(Thread::currentThread, peer.executor)
			.get(Peers.SECONDS, TimeUnit.SECONDS));
	}

	@Benchmark
	@Contender("Reactor: `Mono.subscribeOn(single).block(…)`")
	public Thread reactor(Peers.Reactor peer) {
		return Trivial
			.elsewhere(Mono.fromCallable(Thread::currentThread).subscribeOn(peer.scheduler).block(Peers.TIMEOUT));
	}

	@Benchmark
	@Contender("Mutiny: `Uni.runSubscriptionOn(…).await().atMost(…)`")
	public Thread mutiny(Peers.Mutiny peer) {
		return Trivial.elsewhere(Uni.createFrom()
			.item(() -> Thread.currentThread())
			.runSubscriptionOn(peer.executor)
			.await()
			.atMost(Peers.TIMEOUT));
	}

	@Benchmark
	@Contender("Kotlin: `runBlocking(newSingleThreadContext(…)) { withTimeout(…) { … } }`")
	public Thread kotlin(Peers.Kotlin peer) throws InterruptedException {
		return Trivial.elsewhere(BuildersKt.runBlocking(peer.dispatcher,
				(scope, block) -> TimeoutKt.withTimeout(TimeUnit.SECONDS.toMillis(Peers.SECONDS),
						(inner, continuation) -> Thread.currentThread(), block)));
	}

	@Benchmark
	@Contender("Netty: `DefaultEventExecutor.submit(…).get(…)`")
	public Thread netty(Peers.Netty peer) throws Exception {
		return Trivial.elsewhere(peer.executor.submit(Thread::currentThread).get(Peers.SECONDS, TimeUnit.SECONDS));
	}

	@Benchmark
	@Contender(value = "Reactor: `Mono.block(…)`", role = Role.LESS)
	public Thread reactorInline() {
		return Trivial.here(Mono.fromCallable(Thread::currentThread).block(Peers.TIMEOUT));
	}

	@Benchmark
	@Contender(value = "Kotlin: `runBlocking { withTimeout(…) { … } }`", role = Role.LESS)
	public Thread kotlinInline() throws InterruptedException {
		return Trivial.here(BuildersKt.runBlocking(EmptyCoroutineContext.INSTANCE,
				(scope, block) -> TimeoutKt.withTimeout(TimeUnit.SECONDS.toMillis(Peers.SECONDS),
						(inner, continuation) -> Thread.currentThread(), block)));
	}

	@Benchmark
	@Contender(value = "the task alone", role = Role.TASK)
	public CompletionStage<Thread> task() {
		return Trivial.start();
	}

}
