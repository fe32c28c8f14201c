package io.palitra.kotlin

import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.resume
import kotlin.coroutines.suspendCoroutine
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive

import io.palitra.RunScope

/**
 * Runs a block on the thread that waits for the current run, where its transaction, session or request is at hand, and
 * resumes with the result. The block may block, and may call a runner; while it runs, the call cannot return, not even at
 * its deadline.
 *
 * Blocks run one at a time, in the order of their submission. One that has begun is waited for, so its result is not lost
 * when the run is cancelled meanwhile; the coroutine notices that the next time it suspends.
 *
 * @param block what to do there
 * @return its result
 * @throws Throwable what the block throws, the same instance
 * @throws kotlinx.coroutines.CancellationException if the coroutine is cancelled before the block has begun
 * @throws java.util.concurrent.RejectedExecutionException if the call has returned
 * @throws IllegalStateException in a coroutine that [runSuspending] did not start
 * @see RunScope.caller
 */
public suspend fun <T> onCaller(block: () -> T): T {
	val run = currentRun()
	val context = currentCoroutineContext()
	context.ensureActive()
	// Handed over as a value: an exception would be copied on its way where coroutines are debugged
	return suspendCoroutine<Result<T>> { continuation ->
		run.caller().execute {
			continuation.resume(runCatching {
				context.ensureActive()
				block()
			})
		}
	}.getOrThrow()
}

/**
 * Returns the run that the current coroutine belongs to, which knows the time that remains.
 *
 * @throws IllegalStateException in a coroutine that [runSuspending] did not start
 */
public suspend fun currentRun(): RunScope {
	val current = checkNotNull(currentCoroutineContext()[CurrentRun]) {
		"No run: this coroutine was not started by runSuspending or gatherSuspending, nor by a child of theirs. " +
			"Pass on the coroutine context, or make the call inside of runner.runSuspending { }"
	}
	return current.scope
}

internal class CurrentRun(val scope: RunScope) : AbstractCoroutineContextElement(CurrentRun) {

	companion object Key : CoroutineContext.Key<CurrentRun>

}
