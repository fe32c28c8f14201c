package io.palitra.kotlin

import java.time.Duration
import java.util.concurrent.CompletableFuture
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.awaitility.Awaitility
import org.awaitility.core.ConditionFactory

import io.palitra.EventLoopThreadRunner
import io.palitra.spi.ContextCarrier

/**
 * Bounds every wait; long, since a test that passes never needs it.
 */
internal val PATIENCE: Duration = Duration.ofSeconds(30)

/**
 * A limit that is waited for to its end, after something that a busy machine must come to before.
 */
internal val UNHURRIED: Duration = Duration.ofMillis(1500)

internal fun await(): ConditionFactory = Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5))

internal fun withRunner(
	customize: EventLoopThreadRunner.Builder.() -> Unit = {},
	test: (EventLoopThreadRunner) -> Unit,
) {
	val runner = EventLoopThreadRunner.builder().timeout(PATIENCE).apply(customize).build()
	try {
		test(runner)
	}
	finally {
		runner.close(Duration.ZERO)
	}
}

/**
 * Goes to another thread and comes back.
 */
internal suspend fun elsewhere() {
	withContext(Dispatchers.Default) { }
}

/**
 * Runs on a caller of its own.
 */
internal fun <T> caller(call: () -> T): CompletableFuture<T> {
	val result = CompletableFuture<T>()
	val thread = Thread {
		try {
			result.complete(call())
		}
		catch (ex: Throwable) {
			result.completeExceptionally(ex)
		}
	}
	thread.isDaemon = true
	thread.start()
	return result
}

internal val USER = ThreadLocal<String?>()

/**
 * Carries [USER].
 */
internal val userCarrier = ContextCarrier {
	val captured = USER.get()
	ContextCarrier.Snapshot {
		val before = USER.get()
		USER.set(captured)
		ContextCarrier.Scope { USER.set(before) }
	}
}
