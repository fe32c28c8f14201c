package io.palitra.docs.comparison

import java.time.Duration
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executor
import java.util.function.Supplier
import kotlin.time.toKotlinDuration
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asExecutor
import kotlinx.coroutines.future.await
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout

/**
 * `runBlocking` for the comparison, which is in Java.
 */
object RunBlocking {

	@JvmStatic
	fun await(work: Supplier<CompletableFuture<Any>>, timeout: Duration): Any = runBlocking {
		withTimeout(timeout.toKotlinDuration()) { work.get().await() }
	}

	@JvmStatic
	fun threadAfter(work: Supplier<CompletableFuture<Any>>): Thread = runBlocking {
		work.get().await()
		Thread.currentThread()
	}

	@JvmStatic
	fun executor(): Executor = Dispatchers.Default.asExecutor()

}
