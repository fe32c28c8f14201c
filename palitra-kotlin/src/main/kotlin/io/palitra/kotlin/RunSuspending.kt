package io.palitra.kotlin

import java.util.concurrent.CompletionException
import kotlin.time.Duration
import kotlin.time.toJavaDuration
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.sync.Semaphore
import kotlinx.coroutines.sync.withPermit
import kotlinx.coroutines.yield

import io.palitra.EventLoopThreadRunner
import io.palitra.RunOptions

/**
 * Runs a suspending block as a coroutine on the loop's thread, in the context of this call, and waits for its result.
 *
 * The block is called where the runner calls its tasks, which is on the loop's thread unless it was told otherwise, and
 * goes on there in the context of this call (MDC, trace, user) each time it resumes. It must not block that thread: use
 * `withContext(Dispatchers.IO)` or `runInterruptible(Dispatchers.IO)` for what does, or [onCaller] for what belongs to the
 * thread that waits.
 *
 * The coroutine is a root of its own, whose failure concerns this call only. When the call times out, is interrupted or
 * its runner is closed, the coroutine is cancelled with all its children; the call returns without waiting for them, but
 * its work counts as in flight until they have ended. When the coroutine fails or is cancelled, so is the call.
 *
 * @param options what this call wants otherwise than the runner's settings; without a name the class of the block names
 * the task
 * @param block the work, called once, or never
 * @return the result, `null` only if the block's type allows it
 * @throws Throwable what the block throws, the same instance, checked exceptions included. A `withTimeout` of the block's
 * own that is not caught there is a `CancellationException`
 * @see EventLoopThreadRunner.run what else is thrown, and when
 */
public fun <T> EventLoopThreadRunner.runSuspending(
	options: RunOptions = RunOptions.defaults(),
	block: suspend CoroutineScope.() -> T,
): T = runCoroutine(options.named { callerOf(block) }, LateResults(), block)

/**
 * Runs a suspending block as a coroutine on the loop's thread and waits for its result, at most as long as given.
 *
 * @param timeout the limit, positive; instead of the runner's timeout
 * @param block the work, called once, or never
 * @throws IllegalArgumentException if [timeout] is zero or negative
 * @see runSuspending
 */
public fun <T> EventLoopThreadRunner.runSuspending(timeout: Duration, block: suspend CoroutineScope.() -> T): T =
	runSuspending(RunOptions.defaults().timeout(timeout), block)

/**
 * Runs a suspending block as a coroutine on the loop's thread and waits for its result, at most as long as given.
 *
 * @param timeout the limit, positive; instead of the runner's timeout
 * @param block the work, called once, or never
 * @throws IllegalArgumentException if [timeout] is zero or negative
 * @see runSuspending
 */
public fun <T> EventLoopThreadRunner.runSuspending(
	timeout: java.time.Duration,
	block: suspend CoroutineScope.() -> T,
): T = runSuspending(RunOptions.defaults().timeout(timeout), block)

/**
 * Runs suspending blocks concurrently, as children of one coroutine on the loop's thread, and waits for all results. The
 * first failure cancels the others and is thrown; the values that others have returned by then, or return all the same,
 * are late results, which the runner discards one by one.
 *
 * @param blocks the work, started in this order
 * @return the results in the order of the blocks
 * @see runSuspending
 */
public fun <T> EventLoopThreadRunner.gatherSuspending(vararg blocks: suspend CoroutineScope.() -> T): List<T> =
	gatherSuspending(blocks.asList())

/**
 * Runs suspending blocks concurrently, with options for all of them together, and waits for all results. The first failure
 * cancels the others and is thrown.
 *
 * @param blocks the work, started in this order, together or as [RunOptions.maxConcurrency] says
 * @param options what this call wants otherwise than the runner's settings
 * @return the results in the order of the blocks
 * @see runSuspending
 */
public fun <T> EventLoopThreadRunner.gatherSuspending(
	blocks: Collection<suspend CoroutineScope.() -> T>,
	options: RunOptions = RunOptions.defaults(),
): List<T> {
	val late = LateResults()
	val gathered = Gathered<T>(blocks.size, late)
	try {
		runCoroutine<Unit?>(options.named { "gather" }, late) {
			val permits = Semaphore(options.maxConcurrency().orElse(Int.MAX_VALUE))
			blocks.mapIndexed { i, block -> async { permits.withPermit { gathered.put(i, block()) } } }.awaitAll()
			// A runner says who gets late values when it gets a stage that is not done yet
			yield()
			null
		}
		return gathered.take()
	}
	catch (ex: Throwable) {
		gathered.giveUp()
		throw ex
	}
}

/**
 * Limits the time from the call to its result; [Duration.INFINITE] for no limit on a runner that has one.
 *
 * @throws IllegalArgumentException if [timeout] is zero or negative
 * @see RunOptions.timeout
 */
public fun RunOptions.timeout(timeout: Duration): RunOptions = timeout(timeout.toJavaDuration())

private fun <T> EventLoopThreadRunner.runCoroutine(
	options: RunOptions,
	late: LateResults,
	block: suspend CoroutineScope.() -> T,
): T =
	try {
		runScoped({ run -> RunCoroutine(this, run, late, block) }, options)
	}
	catch (ex: CompletionException) {
		// The wrapping of checked exceptions, of which Kotlin knows nothing
		throw ex.cause ?: ex
	}

private inline fun RunOptions.named(otherwise: () -> String): RunOptions =
	if (name().isPresent) this else name(otherwise())

/**
 * The class that wrote the block, as the runner names the tasks of Java; no longer than a name may be.
 */
private fun callerOf(block: Any): String =
	block.javaClass.name.substringAfterLast('.').substringBefore('$').take(200)
