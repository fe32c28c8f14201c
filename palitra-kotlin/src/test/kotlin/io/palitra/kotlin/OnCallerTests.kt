package io.palitra.kotlin

import java.util.concurrent.CountDownLatch
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.GlobalScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatExceptionOfType
import org.assertj.core.api.Assertions.assertThatIllegalStateException
import org.assertj.core.api.Assertions.catchThrowable
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource

/**
 * Blocks on the thread that waits (rule C7).
 */
class OnCallerTests {

	@Test
	fun runsOnTheThreadThatWaits() = withRunner { runner ->
		val threads = runner.runSuspending {
			elsewhere()
			val hop = onCaller { Thread.currentThread() }
			listOf(hop, Thread.currentThread())
		}
		assertThat(threads[0]).isSameAs(Thread.currentThread())
		assertThat(threads[1]).isNotSameAs(Thread.currentThread())
	}

	@Test
	fun reachesItFromAnyDepthAndDispatcher() = withRunner { runner ->
		val thread = runner.runSuspending { withContext(Dispatchers.Default) { async { deep() }.await() } }
		assertThat(thread).isSameAs(Thread.currentThread())
	}

	private suspend fun deep(): Thread = onCaller { Thread.currentThread() }

	@Test
	fun threadLocalsAreThoseOfTheThread() = withRunner({ contextCarrier(userCarrier) }) { runner ->
		USER.set("ada")
		runner.runSuspending { onCaller { USER.set("changed") } }
		assertThat(USER.get()).isEqualTo("changed")
		USER.remove()
	}

	@Test
	fun blocksOfSiblingsRunOneAtATime() = withRunner { runner ->
		val order = mutableListOf<Int>()
		runner.runSuspending { repeat(100) { i -> launch { onCaller { order += i } } } }
		assertThat(order).isEqualTo(List(100) { it })
	}

	@ParameterizedTest
	@MethodSource("io.palitra.kotlin.RunSuspendingTests#failures")
	fun failureIsTheSameInstance(failure: Throwable) = withRunner { runner ->
		var seen: Throwable? = null
		assertThat(catchThrowable {
			runner.runSuspending {
				try {
					onCaller { throw failure }
				}
				catch (ex: Throwable) {
					seen = ex
					throw ex
				}
			}
		}).isSameAs(failure)
		assertThat(seen).isSameAs(failure)
	}

	@Test
	fun mayCallARunner() = withRunner { runner ->
		val nested = runner.runSuspending { onCaller { runner.runSuspending { onCaller { Thread.currentThread() } } } }
		assertThat(nested).isSameAs(Thread.currentThread())
	}

	@Test
	fun resultOfABlockThatHasBegunIsNotLostWhenTheCoroutineIsCancelledMeanwhile() = withRunner { runner ->
		var result: String? = null
		assertThatExceptionOfType(CancellationException::class.java).isThrownBy {
			runner.runSuspending {
				val coroutine = coroutineContext[Job]!!
				val saved = onCaller {
					coroutine.cancel()
					"saved"
				}
				result = saved + " " + coroutine.isActive
			}
		}
		assertThat(result).isEqualTo("saved false")
	}

	@Test
	fun blockThatHasNotBegunIsNotRunOnceTheCoroutineIsCancelled() = withRunner { runner ->
		val runs = AtomicInteger()
		val busy = CountDownLatch(1)
		val cancelled = CountDownLatch(1)
		runner.runSuspending {
			val first = launch {
				onCaller {
					busy.countDown()
					assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue()
				}
			}
			withContext(Dispatchers.IO) { assertThat(busy.await(30, TimeUnit.SECONDS)).isTrue() }
			val second = launch(start = CoroutineStart.UNDISPATCHED) { onCaller { runs.incrementAndGet() } }
			second.cancel()
			cancelled.countDown()
			first.join()
			second.join()
		}
		assertThat(runs).hasValue(0)
	}

	@Test
	@OptIn(DelicateCoroutinesApi::class)
	fun refusedOnceTheCallHasReturned() = withRunner { runner ->
		val returned = CountDownLatch(1)
		val stray = runner.runSuspending {
			val context = currentCoroutineContext().minusKey(Job)
			GlobalScope.async(context + Dispatchers.IO) {
				assertThat(returned.await(30, TimeUnit.SECONDS)).isTrue()
				onCaller { "too late" }
			}
		}
		returned.countDown()
		assertThatExceptionOfType(RejectedExecutionException::class.java).isThrownBy { runBlocking { stray.await() } }
	}

	@Test
	fun needsARun() {
		assertThatIllegalStateException().isThrownBy { runBlocking { onCaller { "nobody waits" } } }
			.withMessageContaining("runSuspending")
		assertThatIllegalStateException().isThrownBy { runBlocking { currentRun() } }
	}

	@Test
	fun cancelledCoroutineDoesNotHop() = withRunner { runner ->
		val runs = AtomicInteger()
		assertThatExceptionOfType(CancellationException::class.java).isThrownBy {
			runner.runSuspending {
				coroutineContext[Job]!!.cancel()
				onCaller { runs.incrementAndGet() }
			}
		}
		assertThat(runs).hasValue(0)
	}

}
