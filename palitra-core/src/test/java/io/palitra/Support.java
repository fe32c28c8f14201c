package io.palitra;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

import io.palitra.internal.call.Calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What several test classes need. Everything that waits is bounded by {@link #PATIENCE},
 * which is long since a test that passes never needs it.
 */
final class Support {

	static final Duration PATIENCE = Duration.ofSeconds(30);

	static final Duration LONG = Duration.ofHours(1);

	/**
	 * A limit that is waited for to its end, after something that a busy machine must
	 * come to before.
	 */
	static final Duration UNHURRIED = Duration.ofMillis(1500);

	private Support() {
	}

	// Tasks

	static <T> AsyncCallable<T> value(T value) {
		return () -> CompletableFuture.completedFuture(value);
	}

	static <T> AsyncCallable<T> failure(Throwable failure) {
		return () -> CompletableFuture.failedFuture(failure);
	}

	static <T> AsyncCallable<T> never() {
		return CompletableFuture::new;
	}

	/**
	 * Completes on a foreign thread, a little later.
	 */
	static <T> AsyncCallable<T> later(T value) {
		return () -> CompletableFuture.supplyAsync(() -> value, (command) -> daemon(command).start());
	}

	/**
	 * A stage that is no {@code Future} itself.
	 */
	static <T> CompletionStage<T> stage(CompletableFuture<T> future) {
		return stage(future, true);
	}

	/**
	 * A stage that is nothing but a stage: no {@code Future}, nor to be turned into one.
	 */
	static <T> CompletionStage<T> stageOnly(CompletableFuture<T> future) {
		return stage(future, false);
	}

	@SuppressWarnings("unchecked")
	private static <T> CompletionStage<T> stage(CompletableFuture<T> future, boolean convertible) {
		return (CompletionStage<T>) Proxy.newProxyInstance(Support.class.getClassLoader(),
				new Class<?>[] { CompletionStage.class }, (proxy, method, args) -> {
					if (!convertible && method.getName().equals("toCompletableFuture")) {
						throw new UnsupportedOperationException("only a stage");
					}
					try {
						return method.invoke(future, args);
					}
					catch (InvocationTargetException ex) {
						throw ex.getCause();
					}
				});
	}

	// Threads

	static Thread daemon(Runnable runnable) {
		Thread thread = new Thread(runnable, "test");
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Virtual threads, where the JVM has them; skips the test otherwise.
	 */
	static ThreadFactory virtualThreads() {
		assumeTrue(Runtime.version().feature() >= 21, "needs virtual threads");
		try {
			Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
			return (ThreadFactory) Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(builder);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static Thread threadOf(EventLoopThreadRunner runner) {
		return get(runner.getLoop().submit(Thread::currentThread));
	}

	// Waiting

	static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)).as("latch opened in time").isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static void await(CyclicBarrier barrier) {
		try {
			barrier.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	static <T> T get(Future<? extends T> future) {
		try {
			return future.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException | ExecutionException ex) {
			throw new IllegalStateException(ex);
		}
		catch (TimeoutException ex) {
			return fail("no result in time", ex);
		}
	}

	static ConditionFactory eventually() {
		// Otherwise it would throw here what other threads die of.
		return Awaitility.await()
			.dontCatchUncaughtExceptions()
			.atMost(PATIENCE)
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(2));
	}

	/**
	 * Waits until so many calls run, with their tasks called and their stages there.
	 */
	static void untilActive(EventLoopThreadRunner runner, int calls) {
		eventually().until(() -> runner.snapshot().active() == calls);
		settle(runner);
	}

	/**
	 * Waits until a call follows a stage, or the stage is done. A task that starts on a
	 * thread of its own and is given up before that may never be called.
	 */
	static void untilFollowed(CompletableFuture<?> stage) {
		eventually().until(() -> stage.isDone() || stage.getNumberOfDependents() > 0);
	}

	/**
	 * Returns the rounds of a race: as many as a third of {@link #PATIENCE} is enough
	 * for, which a busy machine makes fewer.
	 */
	static IntStream rounds(int most) {
		long since = System.nanoTime();
		return IntStream.range(0, most).takeWhile((round) -> System.nanoTime() - since < PATIENCE.toNanos() / 3);
	}

	/**
	 * Waits until the threads that start tasks are done with what they do without others,
	 * and the loop with what was handed to it before.
	 */
	static void settle(EventLoopThreadRunner runner) {
		eventually().until(Runners::startsAreSettled);
		get(runner.getLoop().submit(() -> null));
	}

	static void untilParked(Thread thread) {
		eventually().until(() -> LockSupport.getBlocker(thread) != null);
	}

	static void untilDead(Thread thread) {
		eventually().until(() -> !thread.isAlive());
	}

	/**
	 * Fails only if the condition holds for a thread that got every chance to end.
	 */
	static void collected(Callable<Boolean> cleared) {
		eventually().pollInterval(Duration.ofMillis(100)).until(() -> {
			System.gc();
			return cleared.call();
		});
	}

	/**
	 * Lets a call time out while its work runs: again with twice the limit if the loop
	 * did not get to the task in time, which is never called then.
	 */
	static RunTimeoutException timeoutWhileRunning(Function<Duration, ?> call) {
		for (Duration limit = Duration.ofMillis(20); limit.compareTo(PATIENCE) < 0; limit = limit.multipliedBy(2)) {
			try {
				return fail("returned " + call.apply(limit) + " instead of timing out");
			}
			catch (RunTimeoutException ex) {
				if (ex.getPhase() == RunPhase.RUNNING) {
					return ex;
				}
			}
		}
		return fail("the loop never came to the task");
	}

	/**
	 * The same, and waits until the cancellation has reached the work even if the time
	 * was up while the task was being called.
	 */
	static RunTimeoutException timeoutWhileRunning(EventLoopThreadRunner runner, Function<Duration, ?> call) {
		RunTimeoutException timeout = timeoutWhileRunning(call);
		settle(runner);
		return timeout;
	}

	/**
	 * Returns the sum of the times in the parentheses of the text of a timeout.
	 */
	static Duration timesIn(String message) {
		Map<String, Double> nanos = Map.of("ns", 1D, "us", 1e3, "ms", 1e6, "s", 1e9);
		Matcher time = Pattern.compile("([0-9.]+) (ns|us|ms|s)")
			.matcher(message.replaceFirst("(?s).*?\\((.*?)\\).*", "$1"));
		return Duration.ofNanos(time.results()
			.mapToLong((each) -> (long) (Double.parseDouble(each.group(1)) * nanos.get(each.group(2))))
			.sum());
	}

	// The worst

	/**
	 * Makes the machinery of a loop itself fail, which no task can, and waits until its
	 * thread is dead.
	 */
	static void kill(EventLoopThreadRunner runner, Throwable cause) {
		Thread thread = threadOf(runner);
		killAndLeave(runner, cause);
		untilDead(thread);
	}

	@SuppressWarnings("unchecked")
	static void killAndLeave(EventLoopThreadRunner runner, Throwable cause) {
		try {
			Object loop = loopOf(runner);
			Object owner = field(loop.getClass(), "timers").get(loop);
			Field timers = field(owner.getClass(), "timers");
			ConcurrentSkipListMap<Object, Object> faulty = new ConcurrentSkipListMap<>() {

				private static final long serialVersionUID = 1L;

				@Override
				public Map.Entry<Object, Object> firstEntry() {
					throw Support.<RuntimeException>sneaky(cause);
				}

			};
			faulty.putAll((Map<Object, Object>) timers.get(owner));
			timers.set(owner, faulty);
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
		try {
			runner.getLoop().execute(() -> {
			});
		}
		catch (RunnerClosedException ex) {
			// It has looked at its timers by itself.
			assertThat(ex).hasCause(cause);
		}
	}

	/**
	 * Whether the runner's loop is looked at from outside.
	 */
	static boolean isWatched(EventLoopThreadRunner runner) {
		try {
			Object loop = loopOf(runner);
			Object watch = field(loop.getClass(), "watch").get(loop);
			return ((AtomicBoolean) field(watch.getClass(), "looking").get(watch)).get();
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Object loopOf(EventLoopThreadRunner runner) throws IllegalAccessException {
		return ((Calls) field(EventLoopThreadRunner.class, "calls").get(runner)).life().loop();
	}

	private static Field field(Class<?> type, String name) {
		try {
			Field field = type.getDeclaredField(name);
			field.setAccessible(true);
			return field;
		}
		catch (NoSuchFieldException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@SuppressWarnings("unchecked")
	static <X extends Throwable> X sneaky(Throwable cause) throws X {
		throw (X) cause;
	}

}
