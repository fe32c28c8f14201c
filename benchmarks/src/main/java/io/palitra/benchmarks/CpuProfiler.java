package io.palitra.benchmarks;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.sun.management.OperatingSystemMXBean;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;
import org.openjdk.jmh.runner.IterationType;

/**
 * Divides the processor time of the whole process, but for that of the JVM's compilers,
 * by the number of calls. Not in the last iteration: JMH has closed the contender by the
 * time that it asks, and what a thread has used is gone with it.
 */
public class CpuProfiler implements InternalProfiler {

	static final String MICROS_PER_CALL = "cpu.micros.norm";

	private static final File THREADS = new File("/proc/self/task");

	private Map<String, Long> before = Map.of();

	private int counted;

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
		if (iteration.getType() == IterationType.MEASUREMENT && ++this.counted == iteration.getCount()) {
			return List.of();
		}
		double micros = nanos().entrySet()
			.stream()
			.mapToLong((thread) -> thread.getValue() - this.before.getOrDefault(thread.getKey(), 0L))
			.sum() / 1000.0;
		return List.of(new ScalarResult(MICROS_PER_CALL, micros / result.getMetadata().getAllOps(), "us/op",
				AggregationPolicy.AVG));
	}

	/**
	 * Returns the processor time of each thread so far. Linux tells it by the nanosecond,
	 * where the JDK has only that of the process, by the hundredth of a second.
	 */
	private static Map<String, Long> nanos() {
		File[] threads = THREADS.listFiles();
		if (threads == null) {
			return Map.of("all", ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime());
		}
		Map<String, Long> nanos = new HashMap<>();
		for (File thread : threads) {
			try {
				if (!read(thread, "comm").matches("C[12] Compiler.*")) {
					nanos.put(thread.getName(), Long.parseLong(read(thread, "schedstat").split(" ", 2)[0]));
				}
			}
			catch (IOException ex) {
				continue;
			}
		}
		return nanos;
	}

	private static String read(File thread, String name) throws IOException {
		return Files.readString(thread.toPath().resolve(name)).strip();
	}

}
