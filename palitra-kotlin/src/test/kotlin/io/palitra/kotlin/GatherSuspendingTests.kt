package io.palitra.kotlin

import java.io.IOException
import java.util.concurrent.CancellationException
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatExceptionOfType
import org.assertj.core.api.Assertions.catchThrowable
import org.junit.jupiter.api.Test

import io.palitra.RunOptions
import io.palitra.RunTimeoutException

/**
 * Several blocks at once (rule C14).
 */
class GatherSuspendingTests {

	@Test
	fun resultsAreInTheOrderOfTheBlocks() = withRunner { runner ->
		val first = CompletableDeferred<String>()
		val results: List<String> = runner.gatherSuspending({ first.await() }, {
			// Needs the first to run at the same time
			first.complete("first")
			delay(1)
			"second"
		})
		assertThat(results).containsExactly("first", "second")
	}

	@Test
	fun nullIsAResult() = withRunner { runner ->
		val results: List<String?> = runner.gatherSuspending({ "value" }, { null })
		assertThat(results).containsExactly("value", null)
	}

	@Test
	fun nothingToGather() = withRunner { runner ->
		assertThat(runner.gatherSuspending<String>()).isEmpty()
	}

	@Test
	fun firstFailureCancelsTheOthers() = withRunner { runner ->
		val failure = IOException("second")
		var cancelled = false
		assertThat(catchThrowable {
			runner.gatherSuspending({
				try {
					awaitCancellation()
				}
				finally {
					cancelled = true
				}
			}, {
				elsewhere()
				throw failure
			})
		}).isSameAs(failure)
		assertThat(cancelled).isTrue()
	}

	@Test
	fun cancellationOfABlocksOwnEndsTheCall() = withRunner { runner ->
		val reason = CancellationException("enough")
		assertThat(catchThrowable { runner.gatherSuspending({ "value" }, { throw reason }) }).isSameAs(reason)
		assertThatExceptionOfType(TimeoutCancellationException::class.java)
			.isThrownBy { runner.gatherSuspending({ "value" }, { withTimeout(1) { awaitCancellation() } }) }
	}

	@Test
	fun failureDiscardsTheValuesOfTheOthers() {
		val discarded = CopyOnWriteArrayList<Any>()
		withRunner({ onDiscard(discarded::add) }) { runner ->
			val failure = IOException("third")
			val waiting = CompletableDeferred<Unit>()
			assertThat(catchThrowable {
				runner.gatherSuspending<String?>({ "early" }, {
					waiting.complete(Unit)
					allTheSame("late")
				}, {
					waiting.await()
					throw failure
				}, { null })
			}).isSameAs(failure)
			assertThat(discarded).containsExactlyInAnyOrder("early", "late")
		}
	}

	@Test
	fun timeoutDiscardsEachValue() {
		val discarded = CopyOnWriteArrayList<Any>()
		withRunner({ onDiscard(discarded::add) }) { runner ->
			assertThatExceptionOfType(RunTimeoutException::class.java).isThrownBy {
				runner.gatherSuspending(listOf({ "early" }, { allTheSame("late") }), RunOptions.defaults().timeout(UNHURRIED))
			}
			await().until { discarded.size == 2 }
			assertThat(discarded).containsExactlyInAnyOrder("early", "late")
		}
	}

	@Test
	fun valuesThatHeldTheLoopBeyondTheTimeoutAreDiscarded() {
		val discarded = CopyOnWriteArrayList<Any>()
		withRunner({ onDiscard(discarded::add) }) { runner ->
			val given = CountDownLatch(1)
			assertThatExceptionOfType(RunTimeoutException::class.java).isThrownBy {
				runner.gatherSuspending(listOf({
					given.await(30, TimeUnit.SECONDS)
					"held"
				}, { "other" }), RunOptions.defaults().timeout(UNHURRIED))
			}
			given.countDown()
			await().until { discarded.contains("held") }
			assertThat(discarded).isSubsetOf("held", "other")
		}
	}

	@Test
	fun resultsAreNotDiscarded() {
		val discarded = CopyOnWriteArrayList<Any>()
		withRunner({ onDiscard(discarded::add) }) { runner ->
			assertThat(runner.gatherSuspending({ "first" }, { "second" })).containsExactly("first", "second")
			assertThat(discarded).isEmpty()
			assertThat(runner.snapshot().discarded()).isZero()
		}
	}

	private suspend fun allTheSame(value: String): String =
		try {
			awaitCancellation()
		}
		catch (_: CancellationException) {
			value
		}

	@Test
	fun concurrencyIsBounded() = withRunner { runner ->
		val running = AtomicInteger()
		val most = AtomicInteger()
		val blocks = List(50) { i ->
			val block: suspend CoroutineScope.() -> Int = {
				most.accumulateAndGet(running.incrementAndGet(), ::maxOf)
				yield()
				delay(1)
				running.decrementAndGet()
				i
			}
			block
		}
		assertThat(runner.gatherSuspending(blocks, RunOptions.defaults().maxConcurrency(3))).isEqualTo(List(50) { it })
		assertThat(most).hasValue(3)
	}

	@Test
	fun manyAreFine() = withRunner { runner ->
		val blocks = List(10_000) { i ->
			val block: suspend CoroutineScope.() -> Int = { i }
			block
		}
		assertThat(runner.gatherSuspending(blocks)).isEqualTo(List(10_000) { it })
	}

	@Test
	fun blocksReachTheCaller() = withRunner { runner ->
		val threads = runner.gatherSuspending({ onCaller { Thread.currentThread() } }, { onCaller { Thread.currentThread() } })
		assertThat(threads).containsOnly(Thread.currentThread())
	}

	@Test
	fun timeoutNamesIt() = withRunner { runner ->
		assertThatExceptionOfType(RunTimeoutException::class.java)
			.isThrownBy {
				runner.gatherSuspending(listOf({ awaitCancellation() }), RunOptions.defaults().timeout(UNHURRIED))
			}
			.withMessageContaining("gather")
	}

}
