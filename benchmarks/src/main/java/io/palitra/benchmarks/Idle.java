package io.palitra.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

import io.palitra.EventLoopThreadRunner;
import io.palitra.benchmarks.Contender.Role;

/**
 * How much processor time does a runner take in ten seconds in which nobody calls it,
 * right after a time in which it was busy?
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class Idle {

	private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

	private static final int SECONDS = 10;

	private static final int CALLS_BEFORE = 100_000;

	@Benchmark
	@Contender(value = "palitra", role = Role.PALITRA)
	public void palitra(Cpu cpu) throws InterruptedException {
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.create()) {
			for (int call = 0; call < CALLS_BEFORE; call++) {
				Trivial.elsewhere(runner.run(Trivial::start));
			}
			long[] own = Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
				.filter((thread) -> thread != null && thread.getThreadName().startsWith("palitra-"))
				.mapToLong(ThreadInfo::getThreadId)
				.toArray();
			if (own.length == 0) {
				throw new IllegalStateException("The runner has no thread");
			}
			long[] before = nanos(own);
			Thread.sleep(SECONDS * 1000);
			long[] after = nanos(own);
			// Whoever has ended meanwhile, having nothing to do, has a negative time.
			cpu.micros = TimeUnit.NANOSECONDS.toMicros(IntStream.range(0, own.length)
				.filter((index) -> after[index] >= 0)
				.mapToLong((index) -> after[index] - before[index])
				.sum());
		}
	}

	private static long[] nanos(long[] threads) {
		return Arrays.stream(threads).map(THREADS::getThreadCpuTime).toArray();
	}

	/**
	 * The processor time.
	 */
	@State(Scope.Thread)
	@AuxCounters(AuxCounters.Type.EVENTS)
	public static class Cpu {

		/**
		 * Microseconds of it.
		 */
		public long micros;

	}

}
