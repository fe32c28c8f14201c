package io.palitra.stress.sample;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that request and count the answers, by the phase in which a request was sent.
 */
final class Load {

	/**
	 * There was nobody to connect to.
	 */
	static final String REFUSED = "refused";

	/**
	 * There was, but no answer came.
	 */
	private static final String UNANSWERED = "unanswered";

	/**
	 * Longer than any answer may take: what has none by then is unanswered.
	 */
	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final List<String> PATHS = List.of("/api/comments", "/api/comments/jdk", "/api/report");

	// A connection for each request, so that none is sent on one that is being closed.
	private final HttpClient client = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(PATIENCE)
		.build();

	private final List<Thread> threads = new ArrayList<>();

	private final Map<String, Phase> phases = Collections.synchronizedMap(new LinkedHashMap<>());

	private final List<Expectation> expectations = new ArrayList<>();

	private final AtomicLong count = new AtomicLong();

	private volatile Phase phase = new Phase("none");

	private volatile boolean ended;

	Load(String base, int threads, long pauseMicros) {
		for (int i = 0; i < threads; i++) {
			Thread thread = new Thread(() -> send(base, pauseMicros), "load-" + i);
			thread.setDaemon(true);
			this.threads.add(thread);
		}
	}

	void start(String phase) {
		phase(phase);
		this.threads.forEach(Thread::start);
	}

	/**
	 * Begins a phase, or goes on with it.
	 * @return the one before
	 */
	String phase(String name) {
		Phase before = this.phase;
		this.phase = this.phases.computeIfAbsent(name, Phase::new);
		return before.name;
	}

	boolean isAnswered(String phase) {
		Phase counted = this.phases.getOrDefault(phase, new Phase(phase));
		return counted.ended() == counted.sent.get();
	}

	private void send(String base, long pauseMicros) {
		while (!this.ended) {
			Phase phase = this.phase;
			String path = PATHS.get((int) (this.count.getAndIncrement() % PATHS.size()));
			HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
				.header("Connection", "close")
				.timeout(PATIENCE)
				.build();
			phase.sent.incrementAndGet();
			long since = System.nanoTime();
			try {
				HttpResponse<String> response = this.client.send(request, BodyHandlers.ofString());
				phase.count(Integer.toString(response.statusCode()));
			}
			catch (IOException ex) {
				phase.count((ex instanceof ConnectException) ? REFUSED : UNANSWERED);
				phase.lastFailure = ex.toString();
			}
			catch (InterruptedException ex) {
				return;
			}
			phase.longest.accumulateAndGet(System.nanoTime() - since, Math::max);
			LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(pauseMicros));
		}
	}

	void end() throws InterruptedException {
		this.ended = true;
		for (Thread thread : this.threads) {
			thread.join(PATIENCE.toMillis() * 2);
		}
	}

	/**
	 * Says how requests of a phase may end.
	 * @param phase the phase
	 * @param must how at least one of them must
	 * @param may how the others may
	 */
	void expect(String phase, String must, String... may) {
		this.expectations.add(new Expectation(phase, must, List.of(may)));
	}

	/**
	 * Returns what has not been as expected, when all has ended.
	 */
	List<String> faults() {
		List<String> faults = new ArrayList<>();
		for (Expectation expectation : this.expectations) {
			Phase counted = this.phases.getOrDefault(expectation.phase(), new Phase(expectation.phase()));
			long ended = counted.ended();
			if (ended != counted.sent.get()) {
				faults.add(expectation.phase() + ": " + counted.sent + " sent, but only " + ended + " ended");
			}
			if (!counted.statuses.containsKey(expectation.must())) {
				faults.add(expectation.phase() + ": no request ended in " + expectation.must());
			}
			counted.statuses.forEach((status, count) -> {
				if (!status.equals(expectation.must()) && !expectation.may().contains(status)) {
					faults.add(expectation.phase() + ": " + count + " ended in " + status + " " + counted.lastFailure);
				}
			});
		}
		return faults;
	}

	String table() {
		List<String> statuses = this.phases.values()
			.stream()
			.flatMap((row) -> row.statuses.keySet().stream())
			.distinct()
			.sorted()
			.toList();
		StringBuilder table = new StringBuilder(String.format("%-24s%10s", "phase", "sent"));
		statuses.forEach((status) -> table.append(String.format("%12s", status)));
		table.append(String.format("%14s%n", "longest, ms"));
		this.phases.forEach((name, row) -> {
			table.append(String.format("%-24s%10d", name, row.sent.get()));
			statuses.forEach((status) -> table.append(String.format("%12d", row.statuses.getOrDefault(status, 0L))));
			table.append(String.format("%14d%n", TimeUnit.NANOSECONDS.toMillis(row.longest.get())));
		});
		return table.toString();
	}

	/**
	 * The requests sent in one phase.
	 */
	private static final class Phase {

		private final String name;

		private final AtomicLong sent = new AtomicLong();

		private final AtomicLong longest = new AtomicLong();

		private final Map<String, Long> statuses = Collections.synchronizedMap(new TreeMap<>());

		private volatile String lastFailure = "";

		Phase(String name) {
			this.name = name;
		}

		long ended() {
			synchronized (this.statuses) {
				return this.statuses.values().stream().mapToLong(Long::longValue).sum();
			}
		}

		void count(String status) {
			this.statuses.merge(status, 1L, Long::sum);
		}

	}

	/**
	 * How the requests of a phase may end.
	 *
	 * @param phase the phase
	 * @param must how at least one must
	 * @param may how the others may
	 */
	private record Expectation(String phase, String must, List<String> may) {
	}

}
