package io.palitra.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.IterationType;

import io.palitra.benchmarks.Contender.Role;

/**
 * How much processor time does it take to wait for work that lasts one millisecond, like
 * a fast remote call? The answer comes from {@link CpuProfiler}.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class CpuPerCall {

	@Benchmark
	@Contender(value = "palitra", role = Role.PALITRA)
	public Thread palitra(Peers.Palitra peer, Remote remote) {
		return Trivial.elsewhere(peer.runner.run(remote::answer));
	}

	@Benchmark
	@Contender(value = "palitra, `startOn(caller())`", role = Role.VARIANT)
	public Thread palitraOnCaller(Peers.PalitraOnCaller peer, Remote remote) {
		return Trivial.elsewhere(peer.runner.run(remote::answer));
	}

	@Benchmark
	@Contender("JDK: `supplyAsync(…, new ScheduledThreadPoolExecutor(1)).thenCompose(…).get(…)`")
	public Thread jdk(Peers.Jdk peer, Remote remote) throws Exception {
		return Trivial.elsewhere(CompletableFuture.supplyAsync(remote::answer, peer.executor)
			.thenCompose(Function.identity())
			.get(Peers.SECONDS, TimeUnit.SECONDS));
	}

	@Benchmark
	@Contender(value = "JDK: `get(…)` of work that the caller starts itself", role = Role.LESS)
	public Thread inline(Remote remote) throws Exception {
		return Trivial.elsewhere(remote.answer().get(Peers.SECONDS, TimeUnit.SECONDS));
	}

	/**
	 * Stands for a client that answers on a thread of its own after one millisecond. Ten
	 * times as fast during the warm-up, which would have to be very long otherwise to
	 * have everything compiled; at once would be too fast, as that has callers spin who
	 * are to park.
	 */
	@State(Scope.Benchmark)
	public static class Remote {

		private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);

		private volatile long micros;

		@Setup(Level.Iteration)
		public void prepare(IterationParams iteration) {
			this.micros = (iteration.getType() == IterationType.MEASUREMENT) ? 1000 : 100;
		}

		CompletableFuture<Thread> answer() {
			CompletableFuture<Thread> answer = new CompletableFuture<>();
			this.timer.schedule(() -> answer.complete(Thread.currentThread()), this.micros, TimeUnit.MICROSECONDS);
			return answer;
		}

		@TearDown
		public void close() {
			this.timer.shutdownNow();
		}

	}

}
