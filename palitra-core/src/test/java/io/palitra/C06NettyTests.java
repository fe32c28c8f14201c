package io.palitra;

import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.internal.InternalThreadLocalMap;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.palitra.internal.netty.NettyEventLoops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Calls on the event loops of clients, and on threads that only look like these.
 */
@DisplayName("C6 Event loops of Netty")
class C06NettyTests {

	private final AtomicInteger calls = new AtomicInteger();

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder().name("calling").build();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	private String call() {
		return this.runner.run(() -> CompletableFuture.completedFuture("value " + this.calls.incrementAndGet()));
	}

	private static <T> T on(Executor executor, Callable<T> command) throws Exception {
		CompletableFuture<T> result = new CompletableFuture<>();
		executor.execute(() -> {
			try {
				result.complete(command.call());
			}
			catch (Throwable ex) {
				result.completeExceptionally(ex);
			}
		});
		return result.get(30, TimeUnit.SECONDS);
	}

	private void assertRefused(CompletableFuture<?> call) {
		assertThatThrownBy(() -> call.get(30, TimeUnit.SECONDS)).cause()
			.isInstanceOf(BlockingNotAllowedException.class)
			.hasMessageContaining("runner \"calling\"")
			.hasMessageContaining(NettyEventLoops.class.getName())
			.hasMessageContaining("thenCompose");
		assertThat(this.calls).hasValue(0);
		assertThat(this.runner.snapshot().submitted()).isZero();
	}

	@ParameterizedTest
	@MethodSource
	void callOnAnEventLoopIsRefusedBeforeAnythingStarts(Callable<ExecutorService> start) throws Exception {
		ExecutorService loop = start.call();
		try {
			assertRefused(CompletableFuture.supplyAsync(this::call, loop));
		}
		finally {
			end(loop);
		}
	}

	static Stream<Named<Callable<ExecutorService>>> callOnAnEventLoopIsRefusedBeforeAnythingStarts() {
		return Stream.of(Named.of("with Netty's threads", DefaultEventLoop::new),
				Named.of("with threads of the JDK", () -> new DefaultEventLoop((ThreadFactory) Thread::new)),
				Named.of("that selects", () -> new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory())),
				Named.of("of a copy under another package",
						io.grpc.netty.shaded.io.netty.channel.DefaultEventLoop::new));
	}

	@ParameterizedTest
	@MethodSource
	void callOnOtherThreadsOfNettyIsAllowed(Callable<ExecutorService> start) throws Exception {
		ExecutorService pool = start.call();
		try {
			assertThat(on(pool, this::call)).isEqualTo("value 1");
		}
		finally {
			end(pool);
		}
	}

	static Stream<Named<Callable<ExecutorService>>> callOnOtherThreadsOfNettyIsAllowed() {
		return Stream.of(Named.of("of a pool", () -> Executors.newFixedThreadPool(1, new DefaultThreadFactory("pool"))),
				Named.of("of a pool, of a copy under another package",
						() -> Executors.newFixedThreadPool(1,
								new io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory("pool"))),
				Named.of("of a pool, without clean-up",
						() -> Executors.newFixedThreadPool(1, FastThreadLocalThread::new)),
				Named.of("for handlers that block", () -> new DefaultEventExecutorGroup(1)));
	}

	@Test
	void threadThatRunsALoopNoLongerMayBlock() throws Exception {
		ExecutorService pool = Executors.newFixedThreadPool(1, new DefaultThreadFactory("pool"));
		try {
			DefaultEventLoop loop = new DefaultEventLoop(pool);
			assertRefused(CompletableFuture.supplyAsync(this::call, loop));
			end(loop);
			assertThat(on(pool, this::call)).isEqualTo("value 1");
		}
		finally {
			pool.shutdownNow();
		}
	}

	@Test
	void askingLeavesNothingOfNettyOnAThread() {
		assertThat(call()).isEqualTo("value 1");
		assertThat(InternalThreadLocalMap.getIfSet()).isNull();
	}

	@Test
	void virtualThreadMayBlock() throws Exception {
		assertThat(on((command) -> Support.virtualThreads().newThread(command).start(), this::call))
			.isEqualTo("value 1");
	}

	@Test
	void lettuce() throws Exception {
		RedisClient client;
		try (RedisStub server = new RedisStub()) {
			client = RedisClient.create(RedisURI.create("127.0.0.1", server.port()));
			StatefulRedisConnection<String, String> connection = client.connect();
			connection.setAutoFlushCommands(false);
			CompletableFuture<String> nested = connection.async()
				.get("key")
				.toCompletableFuture()
				.thenApply((value) -> value + call());
			connection.flushCommands();
			assertRefused(nested);
			connection.setAutoFlushCommands(true);
			assertThat(this.runner.<String>run(() -> connection.async().get("key"))).isEqualTo("key");
			client.shutdownAsync(0, 0, TimeUnit.SECONDS);
		}
	}

	@Test
	void vertx() throws Exception {
		Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
		try {
			assertRefused(CompletableFuture.supplyAsync(this::call,
					(command) -> vertx.runOnContext((nothing) -> command.run())));
			assertThat(vertx.executeBlocking(this::call)
				.toCompletionStage()
				.toCompletableFuture()
				.get(30, TimeUnit.SECONDS)).isEqualTo("value 1");
			assertThat(this.runner
				.<String>run(() -> vertx.timer(1, TimeUnit.MILLISECONDS).map((nothing) -> "later").toCompletionStage()))
				.isEqualTo("later");
		}
		finally {
			vertx.close();
		}
	}

	@Test
	void withoutNettyEveryThreadMayBlock() throws Exception {
		URL core = NettyEventLoops.class.getProtectionDomain().getCodeSource().getLocation();
		try (URLClassLoader alone = new URLClassLoader(new URL[] { core }, ClassLoader.getPlatformClassLoader())) {
			Class<?> type = alone.loadClass(NettyEventLoops.class.getName());
			Object detector = type.getConstructor().newInstance();
			assertThat(type.getMethod("mustNotBlock", Thread.class).invoke(detector, Thread.currentThread()))
				.isEqualTo(false);
		}
	}

	private static void end(ExecutorService executor) {
		if (executor instanceof EventExecutorGroup group) {
			group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
		}
		else if (executor instanceof io.grpc.netty.shaded.io.netty.util.concurrent.EventExecutorGroup group) {
			group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
		}
		else {
			executor.shutdownNow();
		}
	}

}
