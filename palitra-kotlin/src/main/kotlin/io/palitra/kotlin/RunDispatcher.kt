package io.palitra.kotlin

import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.RejectedExecutionException
import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers

import io.palitra.EventLoopThreadRunner
import io.palitra.RunScope

/**
 * Resumes a run's coroutines on the loop, in the run's context. A loop that ends drops what it has not come to; a coroutine
 * that is dropped would never clean up, so it is resumed on another thread then, without the context.
 */
internal class RunDispatcher(private val runner: EventLoopThreadRunner, run: RunScope) : CoroutineDispatcher() {

	private val loop = run.loop()

	/**
	 * What neither the loop nor another thread has come to; whoever takes it out runs it.
	 */
	private val pending: MutableSet<Resumption> = ConcurrentHashMap.newKeySet()

	/**
	 * Whether nobody waits for the work any more.
	 */
	@Volatile
	var givenUp: Boolean = false
		private set

	/**
	 * Called when the run is cancelled, which runners do to whatever is in flight before they end their loop.
	 */
	fun giveUp() {
		this.givenUp = true
		saveFromTheEndOfTheLoop()
	}

	override fun dispatch(context: CoroutineContext, block: Runnable) {
		val resumption = Resumption(context, block)
		this.pending += resumption
		try {
			this.loop.execute(resumption)
		}
		catch (_: RejectedExecutionException) {
			// Without cancelling it, unlike the dispatchers of executors: it may be in a part that is not to be cancelled
			resumption.elsewhere()
		}
		// Either giveUp sees what has been added, or this sees that it was called
		saveFromTheEndOfTheLoop()
	}

	private fun saveFromTheEndOfTheLoop() {
		if (this.givenUp && !this.runner.isAlive) {
			this.pending.forEach { it.elsewhere() }
		}
	}

	private inner class Resumption(private val context: CoroutineContext, private val block: Runnable) : Runnable {

		override fun run() {
			if (pending.remove(this)) {
				this.block.run()
			}
		}

		fun elsewhere() = Dispatchers.IO.dispatch(this.context, this)

	}

}
