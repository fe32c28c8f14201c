package io.palitra.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import static org.awaitility.Awaitility.await;

/**
 * Finds the threads of the runners of one test: each takes a prefix of its own.
 */
final class LoopThreads {

	private static final AtomicInteger count = new AtomicInteger();

	private LoopThreads() {
	}

	static String newPrefix() {
		return "loop-" + count.incrementAndGet() + "-";
	}

	static List<Thread> named(String prefix) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith(prefix))
			.toList();
	}

	static void awaitNone(String prefix) {
		await().atMost(Duration.ofSeconds(30)).until(() -> named(prefix).isEmpty());
	}

}
