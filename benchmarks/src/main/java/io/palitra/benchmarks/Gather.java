package io.palitra.benchmarks;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.smallrye.mutiny.Uni;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.palitra.AsyncCallable;
import io.palitra.benchmarks.Contender.Role;

/**
 * What does it cost to have a list of tasks run and to wait for all their results?
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class Gather {

	/**
	 * How many tasks.
	 */
	@Param({ "1", "10", "100", "1000" })
	public int size;

	@Benchmark
	@Contender(value = "palitra: `gather`", role = Role.PALITRA)
	public List<Thread> palitra(Peers.Palitra peer) {
		return Trivial.elsewhere(peer.runner.gather(tasks(Trivial::start)), this.size);
	}

	@Benchmark
	@Contender(value = "palitra, `PARK`: `gather`", role = Role.VARIANT)
	public List<Thread> palitraPark(Peers.PalitraPark peer) {
		return Trivial.elsewhere(peer.runner.gather(tasks(Trivial::start)), this.size);
	}

	@Benchmark
	@Contender("JDK: `allOf(…).get(…)` over a `ScheduledThreadPoolExecutor(1)`")
	public List<Thread> jdk(Peers.Jdk peer) throws Exception {
		return Trivial.elsewhere(allOf(peer.executor), this.size);
	}

	@Benchmark
	@Contender("Netty: `allOf(…).get(…)` over a `DefaultEventExecutor`")
	public List<Thread> netty(Peers.Netty peer) throws Exception {
		return Trivial.elsewhere(allOf(peer.executor), this.size);
	}

	@Benchmark
	@Contender("Reactor: `Flux.merge(…).collectList().block(…)`, each `subscribeOn(single)`")
	public List<Thread> reactor(Peers.Reactor peer) {
		Mono<Thread> task = Mono.fromCallable(Thread::currentThread).subscribeOn(peer.scheduler);
		return Trivial.elsewhere(Flux.merge(Collections.nCopies(this.size, task)).collectList().block(Peers.TIMEOUT),
				this.size);
	}

	@Benchmark
	@Contender("Mutiny: `Uni.join().all(…).andFailFast().await().atMost(…)`")
	public List<Thread> mutiny(Peers.Mutiny peer) {
		Uni<Thread> task = Uni.createFrom().item(() -> Thread.currentThread()).runSubscriptionOn(peer.executor);
		return Trivial.elsewhere(
				Uni.join().all(Collections.nCopies(this.size, task)).andFailFast().await().atMost(Peers.TIMEOUT),
				this.size);
	}

	private List<AsyncCallable<Thread>> tasks(AsyncCallable<Thread> task) {
		return Collections.nCopies(this.size, task);
	}

	private List<Thread> allOf(Executor executor) throws Exception {
		Supplier<Thread> task = Thread::currentThread;
		List<CompletableFuture<Thread>> futures = Collections.nCopies(this.size, task)
			.stream()
			.map((supplier) -> CompletableFuture.supplyAsync(supplier, executor))
			.toList();
		CompletableFuture.allOf(futures.toArray(new CompletableFuture<?>[0])).get(Peers.SECONDS, TimeUnit.SECONDS);
		return futures.stream().map(CompletableFuture::join).toList();
	}

}
