package io.palitra.benchmarks;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;

import io.netty.util.concurrent.DefaultEventExecutor;
import kotlinx.coroutines.ExecutorCoroutineDispatcher;
import kotlinx.coroutines.ThreadPoolDispatcherKt;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import io.palitra.EventLoopThreadRunner;
import io.palitra.StartOn;
import io.palitra.WaitStrategy;

/**
 * The one thread of each contender.
 */
public final class Peers {

	/**
	 * How long anybody waits at most, in seconds.
	 */
	static final long SECONDS = 30;

	static final Duration TIMEOUT = Duration.ofSeconds(SECONDS);

	private Peers() {
	}

	private static EventLoopThreadRunner runner(WaitStrategy waitStrategy) {
		return EventLoopThreadRunner.builder().timeout(TIMEOUT).waitStrategy(waitStrategy).build();
	}

	/**
	 * palitra as it comes.
	 */
	@State(Scope.Benchmark)
	public static class Palitra {

		final EventLoopThreadRunner runner = runner(WaitStrategy.ADAPTIVE);

		@TearDown
		public void close() {
			this.runner.close();
		}

	}

	/**
	 * palitra that parks like everybody else.
	 */
	@State(Scope.Benchmark)
	public static class PalitraPark {

		final EventLoopThreadRunner runner = runner(WaitStrategy.PARK);

		@TearDown
		public void close() {
			this.runner.close();
		}

	}

	/**
	 * palitra that calls tasks in place.
	 */
	@State(Scope.Benchmark)
	public static class PalitraOnCaller {

		final EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
			.timeout(TIMEOUT)
			.startOn(StartOn.caller())
			.build();

		@TearDown
		public void close() {
			this.runner.close();
		}

	}

	/**
	 * The JDK's event loop.
	 */
	@State(Scope.Benchmark)
	public static class Jdk {

		final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);

		@TearDown
		public void close() {
			this.executor.shutdownNow();
		}

	}

	/**
	 * Reactor's.
	 */
	@State(Scope.Benchmark)
	public static class Reactor {

		final Scheduler scheduler = Schedulers.newSingle("reactor");

		@TearDown
		public void close() {
			this.scheduler.dispose();
		}

	}

	/**
	 * Mutiny's.
	 */
	@State(Scope.Benchmark)
	public static class Mutiny {

		final ExecutorService executor = Executors.newSingleThreadExecutor();

		@TearDown
		public void close() {
			this.executor.shutdownNow();
		}

	}

	/**
	 * That of Kotlin's coroutines.
	 */
	@State(Scope.Benchmark)
	public static class Kotlin {

		final ExecutorCoroutineDispatcher dispatcher = ThreadPoolDispatcherKt.newSingleThreadContext("kotlin");

		@TearDown
		public void close() {
			this.dispatcher.close();
		}

	}

	/**
	 * Netty's.
	 */
	@State(Scope.Benchmark)
	public static class Netty {

		final DefaultEventExecutor executor = new DefaultEventExecutor();

		@TearDown
		public void close() {
			this.executor.shutdownGracefully();
		}

	}

}
