package io.palitra.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

import com.sun.management.OperatingSystemMXBean;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Divides the processor time of the whole process, with all its threads, by the number of
 * calls.
 */
public class CpuProfiler implements InternalProfiler {

	static final String MICROS_PER_CALL = "cpu.micros.norm";

	private static final Path THREADS = Path.of("/proc/self/task");

	private long before;

	@Override
	public String getDescription() {
		return "Processor time per call";
	}

	@Override
	public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
		this.before = nanos();
	}

	@Override
	public Collection<? extends Result<?>> afterIteration(BenchmarkParams benchmark, IterationParams iteration,
			IterationResult result) {
		double micros = (nanos() - this.before) / 1000.0;
		return List.of(new ScalarResult(MICROS_PER_CALL, micros / result.getMetadata().getAllOps(), "us/op",
				AggregationPolicy.AVG));
	}

	/**
	 * Returns the processor time so far. Linux tells that of each thread by the
	 * nanosecond, where the JDK has that of the process by the hundredth of a second.
	 */
	private static long nanos() {
		try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
			long nanos = 0;
			for (Path thread : threads) {
				nanos += Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ", 2)[0]);
			}
			return nanos;
		}
		catch (IOException ex) {
			return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
		}
	}

}
