package io.palitra.kotlin

import java.time.Duration
import java.util.concurrent.CancellationException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicReference
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.future.await
import kotlinx.coroutines.launch
import kotlinx.coroutines.runInterruptible
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatExceptionOfType
import org.assertj.core.api.Assertions.catchThrowable
import org.junit.jupiter.api.Test

import io.palitra.EventLoopThreadRunner
import io.palitra.RunInterruptedException
import io.palitra.RunOptions
import io.palitra.RunTimeoutException
import io.palitra.RunnerClosedException

/**
 * Giving up the call cancels the coroutine, and the end of the coroutine is that of the call.
 */
class CancellationTests {

	private val ended = CopyOnWriteArrayList<String>()

	@Test
	fun timeoutCancelsTheCoroutineAndItsChildren() = withRunner { runner ->
		val future = CompletableFuture<String>()
		assertThatExceptionOfType(RunTimeoutException::class.java).isThrownBy {
			runner.runSuspending(UNHURRIED) {
				launch { untilCancelled("child") }
				launch { future.await() }
				untilCancelled("parent")
			}
		}
		await().until { this.ended.size == 2 && future.isCancelled }
		assertThat(this.ended).containsExactlyInAnyOrder("child", "parent")
	}

	@Test
	fun interruptCancelsTheCoroutine() = withRunner { runner ->
		val started = CountDownLatch(1)
		val owner = AtomicReference<Thread>()
		val flag = caller {
			owner.set(Thread.currentThread())
			assertThatExceptionOfType(RunInterruptedException::class.java).isThrownBy {
				runner.runSuspending {
					started.countDown()
					untilCancelled("coroutine")
				}
			}
			Thread.interrupted()
		}
		assertThat(started.await(30, TimeUnit.SECONDS)).isTrue()
		owner.get().interrupt()
		assertThat(flag.get(30, TimeUnit.SECONDS)).isTrue()
		await().until { this.ended.contains("coroutine") }
	}

	@Test
	fun closeCancelsTheCoroutineWhichStillCleansUp() = withRunner { runner ->
		val started = CountDownLatch(1)
		val closed = CountDownLatch(1)
		val failure = caller {
			catchThrowable {
				runner.runSuspending {
					started.countDown()
					try {
						awaitCancellation()
					}
					finally {
						withContext(NonCancellable) {
							runInterruptible(Dispatchers.IO) { closed.await() }
							ended += "cleaned up"
						}
					}
				}
			}
		}
		assertThat(started.await(30, TimeUnit.SECONDS)).isTrue()
		runner.close(Duration.ZERO)
		assertThat(failure.get(30, TimeUnit.SECONDS)).isInstanceOf(RunnerClosedException::class.java)
		// The loop has ended; the coroutine has somewhere to go all the same
		closed.countDown()
		await().until { this.ended.contains("cleaned up") }
	}

	@Test
	fun closeLosesNoCoroutineThatTheLoopHasNotComeTo() {
		repeat(20) {
			val runner = EventLoopThreadRunner.create()
			val started = AtomicInteger()
			val ended = AtomicInteger()
			val call = caller {
				catchThrowable {
					runner.runSuspending {
						repeat(10) {
							launch {
								started.incrementAndGet()
								try {
									while (true) yield()
								}
								finally {
									ended.incrementAndGet()
								}
							}
						}
					}
				}
			}
			await().until { started.get() > 0 }
			runner.close(Duration.ZERO)
			assertThat(call.get(30, TimeUnit.SECONDS)).isInstanceOf(RunnerClosedException::class.java)
			await().until { started.get() == ended.get() }
		}
	}

	@Test
	fun cancelledCoroutineCancelsTheCall() = withRunner { runner ->
		val reason = CancellationException("enough")
		assertThat(catchThrowable {
			runner.runSuspending {
				cancel(reason)
				delay(Long.MAX_VALUE)
			}
		}).isSameAs(reason)
		assertThat(catchThrowable { runner.runSuspending { throw reason } }).isSameAs(reason)
	}

	@Test
	fun failureOfAChildEndsTheCallAndItsSiblings() = withRunner { runner ->
		val failure = IllegalStateException("child")
		assertThat(catchThrowable {
			runner.runSuspending {
				launch { untilCancelled("sibling") }
				launch {
					elsewhere()
					throw failure
				}
				untilCancelled("parent")
			}
		}).isSameAs(failure)
		assertThat(this.ended).containsExactlyInAnyOrder("sibling", "parent")
	}

	@Test
	fun callWaitsForChildren() = withRunner { runner ->
		val result = runner.runSuspending {
			launch {
				delay(20)
				ended += "child"
			}
			"result"
		}
		assertThat(result).isEqualTo("result")
		assertThat(this.ended).containsExactly("child")
	}

	@Test
	fun timeoutOfTheBlocksOwn() = withRunner { runner ->
		assertThatExceptionOfType(TimeoutCancellationException::class.java)
			.isThrownBy { runner.runSuspending { withTimeout(1) { delay(Long.MAX_VALUE) } } }
		val late = runner.runSuspending { withTimeoutOrNull(1.milliseconds) { delay(Long.MAX_VALUE) } }
		assertThat(late).isNull()
	}

	@Test
	fun workIsInFlightUntilTheCoroutineHasEnded() = withRunner({ maxInFlight(1) }) { runner ->
		val cleanUp = CompletableDeferred<Unit>()
		assertThatExceptionOfType(RunTimeoutException::class.java).isThrownBy {
			runner.runSuspending(UNHURRIED) {
				try {
					awaitCancellation()
				}
				finally {
					withContext(NonCancellable) { cleanUp.await() }
				}
			}
		}
		assertThat(runner.snapshot().abandoned()).isOne()
		assertThatExceptionOfType(RunTimeoutException::class.java)
			.isThrownBy { runner.runSuspending(10.milliseconds) { "no permit" } }
			.withMessageContaining("WAITING_FOR_PERMIT")
		cleanUp.complete(Unit)
		assertThat(runner.runSuspending { "permit" }).isEqualTo("permit")
		assertThat(runner.snapshot().abandoned()).isZero()
	}

	@Test
	fun valueThatComesLateIsDiscarded() {
		val discarded = CopyOnWriteArrayList<Any>()
		withRunner({ onDiscard(discarded::add) }) { runner ->
			assertThatExceptionOfType(RunTimeoutException::class.java).isThrownBy {
				runner.runSuspending<String>(UNHURRIED) {
					try {
						awaitCancellation()
					}
					catch (_: CancellationException) {
						"all the same"
					}
				}
			}
			await().until { discarded.isNotEmpty() }
			assertThat(discarded).containsExactly("all the same")
		}
	}

	@Test
	fun valueIsDiscardedWhenAChildFailsAfterIt() {
		val discarded = CopyOnWriteArrayList<Any>()
		withRunner({ onDiscard(discarded::add) }) { runner ->
			val failure = IllegalStateException("child")
			assertThat(catchThrowable {
				runner.runSuspending<String> {
					launch {
						elsewhere()
						throw failure
					}
					"value"
				}
			}).isSameAs(failure)
			assertThat(discarded).containsExactly("value")
		}
	}

	@Test
	fun timeoutInterruptsWhatIsInterruptible() = withRunner { runner ->
		val interrupted = CompletableFuture<String>()
		assertThatExceptionOfType(RunTimeoutException::class.java).isThrownBy {
			runner.runSuspending(UNHURRIED) {
				runInterruptible(Dispatchers.IO) { blockUntilInterrupted(interrupted) }
			}
		}
		assertThat(interrupted.get(30, TimeUnit.SECONDS)).doesNotContain("palitra")
		assertThat(runner.runSuspending { "goes on" }).isEqualTo("goes on")
	}

	@Test
	fun loopOutlivesTheInterruptOfABlockThatHoldsIt() = withRunner { runner ->
		val interrupted = CompletableFuture<String>()
		assertThatExceptionOfType(RunTimeoutException::class.java).isThrownBy {
			runner.runSuspending(UNHURRIED) { runInterruptible { blockUntilInterrupted(interrupted) } }
		}
		assertThat(interrupted.get(30, TimeUnit.SECONDS)).contains("palitra")
		assertThat(runner.runSuspending { Thread.currentThread().isInterrupted }).isFalse()
	}

	@Test
	fun interruptibleWorkReturnsItsValue() = withRunner { runner ->
		assertThat(runner.runSuspending { runInterruptible(Dispatchers.IO) { "value" } }).isEqualTo("value")
	}

	@Test
	fun optionsAreThoseOfTheCall() = withRunner { runner ->
		val names = runner.runSuspending(RunOptions.defaults().name("load").longRunning()) {
			runner.snapshot().calls().map { it.taskName() }
		}
		assertThat(names).containsExactly("load")
	}

	private fun blockUntilInterrupted(interrupted: CompletableFuture<String>) {
		try {
			CountDownLatch(1).await()
		}
		catch (ex: InterruptedException) {
			interrupted.complete(Thread.currentThread().name)
			throw ex
		}
	}

	private suspend fun untilCancelled(name: String) {
		try {
			awaitCancellation()
		}
		finally {
			this.ended += name
		}
	}

}
