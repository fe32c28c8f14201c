package io.palitra.stress.census;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What lives in this process: threads, and after a garbage collection, objects.
 */
public final class Census {

	/**
	 * What belongs to runners and calls, rather than to those who use them.
	 */
	private static final Pattern LIBRARY = Pattern
		.compile("io\\.palitra\\.(internal\\..*|EventLoop.*|[a-z0-9A-Z]*Scope.*)");

	private Census() {
	}

	/**
	 * Returns how many objects of each of the library's classes are reachable.
	 */
	public static Map<String, Long> objects() {
		Map<String, Long> objects = new TreeMap<>();
		for (String line : histogram().split("\n")) {
			// num: instances bytes class (module)
			String[] columns = line.trim().split("\\s+");
			if (columns.length >= 4 && LIBRARY.matcher(columns[3]).matches()) {
				objects.merge(columns[3].replaceFirst("/0x.*", ""), Long.parseLong(columns[1]), Long::sum);
			}
		}
		return objects;
	}

	private static String histogram() {
		try {
			ObjectName name = new ObjectName("com.sun.management:type=DiagnosticCommand");
			return (String) ManagementFactory.getPlatformMBeanServer()
				.invoke(name, "gcClassHistogram", new Object[] { new String[0] },
						new String[] { String[].class.getName() });
		}
		catch (JMException ex) {
			throw new IllegalStateException("this JVM has no class histogram", ex);
		}
	}

	/**
	 * Returns the classes with more objects than allowed.
	 */
	public static List<String> excess(ToLongFunction<String> allowed) {
		List<String> excess = new ArrayList<>();
		objects().forEach((name, count) -> {
			if (count > allowed.applyAsLong(name)) {
				excess.add(count + " " + name);
			}
		});
		return excess;
	}

	/**
	 * Returns the live threads whose name contains a text.
	 */
	public static List<String> threads(String text) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map(Thread::getName)
			.filter((name) -> name.contains(text))
			.sorted()
			.collect(Collectors.toList());
	}

	public static int threadCount() {
		return ManagementFactory.getThreadMXBean().getThreadCount();
	}

	/**
	 * Returns the bytes in use, to be asked for after a garbage collection.
	 */
	public static long heap() {
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

}
