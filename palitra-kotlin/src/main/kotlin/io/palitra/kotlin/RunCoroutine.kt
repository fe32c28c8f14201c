package io.palitra.kotlin

import java.util.concurrent.CompletableFuture
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Job
import kotlinx.coroutines.async

import io.palitra.EventLoopThreadRunner
import io.palitra.RunScope
import io.palitra.spi.LateResultSource

/**
 * The stage of a run whose work is a coroutine. Unlike the future of `CoroutineScope.future`, it completes when the
 * coroutine has ended, not when it is told to: until then the work is in flight and holds its permit.
 */
internal class RunCoroutine<T>(
	runner: EventLoopThreadRunner,
	run: RunScope,
	private val late: LateResults,
	block: suspend CoroutineScope.() -> T,
) : CompletableFuture<T>(), LateResultSource by late {

	// One of its own: a job that runs share would be cancelled for good by the first failure
	private val job = Job()

	private val dispatcher = RunDispatcher(runner, run)

	private var returned: Result<T>? = null

	init {
		// The runner has no stage to cancel before the block suspends for the first time
		run.onCancel { cancel(true) }
		CoroutineScope(this.job + CurrentRun(run) + this.dispatcher)
			// Rather than launch, which reports failures to the uncaught exception handler too
			.async(start = CoroutineStart.UNDISPATCHED) { returned = Result.success(block()) }
			.invokeOnCompletion(::ended)
	}

	private fun ended(failure: Throwable?) {
		// A block may return although it was cancelled: the runner then discards the value rather than lose it
		val value = if (failure == null || this.dispatcher.givenUp && failure is CancellationException) this.returned else null
		if (value != null) {
			complete(value.getOrThrow())
		}
		else {
			// A child has failed after the block had returned
			this.returned?.onSuccess(this.late::add)
			completeExceptionally(thrown(failure!!))
		}
	}

	override fun cancel(mayInterruptIfRunning: Boolean): Boolean {
		this.dispatcher.giveUp()
		this.job.cancel()
		return isCancelled
	}

	/**
	 * What was thrown, rather than the copy that coroutines make to tell more of the stack where they are debugged. The
	 * copy is known by the frame that it marks the boundary between two coroutines with.
	 */
	private fun thrown(failure: Throwable): Throwable {
		val cause = failure.cause
		val copied = cause != null && cause.javaClass == failure.javaClass &&
			failure.stackTrace.any { frame -> frame.className.startsWith("_COROUTINE.") }
		return if (copied) cause!! else failure
	}

}
