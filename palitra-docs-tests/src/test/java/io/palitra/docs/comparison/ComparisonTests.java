package io.palitra.docs.comparison;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.palitra.docs.Markdown;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * The table of the comparison is what comes out when the same questions are put to
 * palitra and its peers.
 */
class ComparisonTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	/**
	 * How long somebody waits who will wait in vain.
	 */
	private static final Duration IN_VAIN = Duration.ofSeconds(2);

	private static final String BEGIN = "<!-- generated: peers -->";

	private static final String END = "<!-- end of what is generated -->";

	@Test
	void tableIsWhatThePeersDo() throws Exception {
		Map<String, Question> questions = new LinkedHashMap<>();
		questions.put("The work is cancelled at the timeout", ComparisonTests::cancelsAtTheTimeout);
		questions.put("The work is cancelled when the caller is interrupted", ComparisonTests::cancelsAtAnInterrupt);
		questions.put("A caller that is interrupted already starts nothing", ComparisonTests::startsNothing);
		questions.put("A caller on a thread that must not block is refused before the work starts",
				ComparisonTests::refusesBeforeTheStart);
		questions.put("An unchecked exception arrives as the same instance",
				(peer) -> arrives(peer, new IllegalStateException("unchecked")));
		questions.put("An `Error` arrives as the same instance", (peer) -> arrives(peer, new AssertionError("error")));
		questions.put("The failure has the place of the call in a stack trace", ComparisonTests::tellsThePlace);
		questions.put("A failure thrown 1,000 times has not grown by more than one exception",
				ComparisonTests::keepsItsSize);
		questions.put("The longest `Duration` is a timeout like others", ComparisonTests::takesTheLongestDuration);
		questions.put("The only worker of a ForkJoin pool may wait for work of that pool",
				ComparisonTests::compensatesForWorkers);
		questions.put("A step after the work can run on the caller's thread", ComparisonTests::comesBack);
		questions.put("A caller is released when what its work is queued on is shut down",
				ComparisonTests::releasesAtShutdown);
		List<String> table = new ArrayList<>();
		table.add("| | " + Stream.of(Peer.values()).map(Peer::toString).collect(Collectors.joining(" | ")) + " |");
		table.add("|---|" + "---|".repeat(Peer.values().length));
		for (Map.Entry<String, Question> question : questions.entrySet()) {
			table.add("| " + question.getKey() + " | " + String.join(" | ", answers(question.getValue())) + " |");
		}
		Markdown document = Markdown.read(Markdown.root().resolve("docs/evidence/comparison.md"));
		List<String> expected = new ArrayList<>(document.lines());
		expected.subList(expected.indexOf(BEGIN) + 1, expected.indexOf(END)).clear();
		expected.addAll(expected.indexOf(BEGIN) + 1, table);
		document.assertGenerated(expected);
		assertThat(table.stream().skip(2)).allSatisfy((row) -> assertThat(row.split(" \\| ")[1]).isEqualTo("yes"));
	}

	/**
	 * Returns the answers in the order of the peers, which are asked at the same time.
	 */
	private static List<String> answers(Question question) throws InterruptedException {
		AtomicReference<Throwable> failure = new AtomicReference<>();
		String[] answers = new String[Peer.values().length];
		List<Thread> threads = new ArrayList<>();
		for (Peer peer : Peer.values()) {
			threads.add(thread(() -> answers[peer.ordinal()] = question.ask(peer) ? "yes" : "no", failure));
		}
		for (Thread thread : threads) {
			thread.join();
		}
		assertThat(failure.get()).isNull();
		return Arrays.asList(answers);
	}

	private static boolean cancelsAtTheTimeout(Peer peer) throws InterruptedException {
		// Again if the time was up before the work could be started.
		Work work = new Work();
		await().atMost(LONG).until(() -> {
			assertThat(catchThrowable(() -> peer.await(work, Duration.ofMillis(20)))).isNotNull();
			return work.started.get();
		});
		settle(peer);
		return work.future.isCancelled();
	}

	private static boolean cancelsAtAnInterrupt(Peer peer) throws Exception {
		Work work = new Work();
		Thread caller = thread(() -> catchThrowable(() -> peer.await(work, LONG)), new AtomicReference<>());
		await().atMost(LONG).untilTrue(work.started);
		caller.interrupt();
		caller.join();
		settle(peer);
		return work.future.isCancelled();
	}

	/**
	 * Lets a loop that was starting the work get to know that it is not wanted any more.
	 */
	private static void settle(Peer peer) throws InterruptedException {
		CountDownLatch settled = new CountDownLatch(1);
		peer.loop().execute(settled::countDown);
		assertThat(settled.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
	}

	private static boolean startsNothing(Peer peer) {
		Work work = new Work();
		Thread.currentThread().interrupt();
		catchThrowable(() -> peer.await(work, Duration.ofMillis(20)));
		Thread.interrupted();
		return !work.started.get();
	}

	private static boolean refusesBeforeTheStart(Peer peer) throws Exception {
		Work work = new Work();
		work.future.complete("value");
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		CountDownLatch done = new CountDownLatch(1);
		peer.loop().execute(() -> {
			thrown.set(catchThrowable(() -> peer.await(work, LONG)));
			done.countDown();
		});
		assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
		return thrown.get() != null && !work.started.get();
	}

	private static boolean arrives(Peer peer, Throwable failure) {
		return catchThrowable(() -> peer.await(failing(failure), LONG)) == failure;
	}

	private static boolean tellsThePlace(Peer peer) throws Exception {
		IllegalStateException failure = elsewhere(() -> new IllegalStateException("made elsewhere"));
		Throwable thrown = catchThrowable(() -> peer.await(failing(failure), LONG));
		return Stream.concat(Stream.of(thrown), Arrays.stream(thrown.getSuppressed()))
			.flatMap((each) -> Arrays.stream(each.getStackTrace()))
			.anyMatch((frame) -> frame.getMethodName().equals("tellsThePlace"));
	}

	private static boolean keepsItsSize(Peer peer) {
		IllegalStateException failure = new IllegalStateException("kept");
		for (int i = 0; i < 1_000; i++) {
			catchThrowable(() -> peer.await(failing(failure), LONG));
		}
		return failure.getSuppressed().length <= 1;
	}

	private static boolean takesTheLongestDuration(Peer peer) {
		Work work = new Work();
		work.future.complete("value");
		AtomicReference<Object> value = new AtomicReference<>();
		catchThrowable(() -> value.set(peer.await(work, Duration.ofSeconds(Long.MAX_VALUE))));
		return "value".equals(value.get());
	}

	private static boolean compensatesForWorkers(Peer peer) throws Exception {
		ForkJoinPool pool = new ForkJoinPool(1);
		try {
			return pool
				.submit(() -> catchThrowable(
						() -> peer.await(() -> CompletableFuture.supplyAsync(() -> "value", pool), IN_VAIN)) == null)
				.get(60, TimeUnit.SECONDS);
		}
		finally {
			pool.shutdownNow();
		}
	}

	private static boolean comesBack(Peer peer) throws Exception {
		return peer.threadAfter(() -> CompletableFuture.supplyAsync(() -> "value",
				CompletableFuture.delayedExecutor(10, TimeUnit.MILLISECONDS))) == Thread.currentThread();
	}

	private static boolean releasesAtShutdown(Peer peer) throws Exception {
		Peer.Host host = peer.host();
		CountDownLatch held = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		host.executor().execute(() -> {
			held.countDown();
			catchThrowable(() -> release.await(60, TimeUnit.SECONDS));
			// An executor that interrupts what it runs does not thereby run the rest.
			catchThrowable(() -> release.await(60, TimeUnit.SECONDS));
		});
		assertThat(held.await(30, TimeUnit.SECONDS)).isTrue();
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		Thread caller = thread(() -> thrown.set(catchThrowable(() -> host.waiter().await(IN_VAIN))),
				new AtomicReference<>());
		await().atMost(LONG).until(() -> !caller.isAlive() || caller.getState() == Thread.State.TIMED_WAITING);
		host.shutDown().run();
		caller.join();
		release.countDown();
		return !isTimeout(thrown.get());
	}

	private static boolean isTimeout(Throwable thrown) {
		return thrown.getClass().getSimpleName().contains("Timeout")
				|| (thrown.getCause() != null && isTimeout(thrown.getCause()));
	}

	private static Supplier<CompletableFuture<Object>> failing(Throwable failure) {
		return () -> CompletableFuture.failedFuture(failure);
	}

	private static <T> T elsewhere(Supplier<T> supplier) throws Exception {
		AtomicReference<T> made = new AtomicReference<>();
		thread(() -> made.set(supplier.get()), new AtomicReference<>()).join();
		return made.get();
	}

	private static Thread thread(Action action, AtomicReference<Throwable> failure) {
		Thread thread = new Thread(() -> {
			Throwable thrown = catchThrowable(action::run);
			if (thrown != null) {
				failure.set(thrown);
			}
		});
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	@FunctionalInterface
	interface Question {

		boolean ask(Peer peer) throws Exception;

	}

	@FunctionalInterface
	interface Action {

		void run() throws Exception;

	}

	/**
	 * Work that does not end by itself.
	 */
	private static final class Work implements Supplier<CompletableFuture<Object>> {

		private final AtomicBoolean started = new AtomicBoolean();

		private final CompletableFuture<Object> future = new CompletableFuture<>();

		@Override
		public CompletableFuture<Object> get() {
			this.started.set(true);
			return this.future;
		}

	}

}
