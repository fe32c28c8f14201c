package io.palitra.kotlin

import java.io.IOException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException
import java.util.concurrent.ExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.withContext
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatExceptionOfType
import org.assertj.core.api.Assertions.assertThatIllegalArgumentException
import org.assertj.core.api.Assertions.catchThrowable
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource

import io.palitra.BlockingNotAllowedException
import io.palitra.EventLoopThreadRunner
import io.palitra.RunCallSite
import io.palitra.RunOptions
import io.palitra.RunTimeoutException
import io.palitra.RunnerClosedException

/**
 * Results, failures, threads and context of a run whose task suspends.
 */
class RunSuspendingTests {

	@Test
	fun valueIsOfTheTypeOfTheBlock() = withRunner { runner ->
		// Compiles only if palitra-core says where null can be
		val value: String = runner.runSuspending { "value" }
		val nothing: String? = runner.runSuspending { null }
		val length: Int = runner.runSuspending { value.length }
		assertThat(value).isEqualTo("value")
		assertThat(nothing).isNull()
		assertThat(length).isEqualTo(5)
	}

	@Test
	fun functionReferences() = withRunner { runner ->
		assertThat(runner.runSuspending { load() }).isEqualTo("loaded")
		val block: suspend CoroutineScope.() -> String = { load() }
		assertThat(runner.runSuspending(block = block)).isEqualTo("loaded")
	}

	private suspend fun load(): String {
		delay(1)
		return "loaded"
	}

	@Test
	fun runsOnTheLoopAndComesBackToIt() = withRunner { runner ->
		val loop = runner.run { CompletableFuture.completedFuture(Thread.currentThread()) }
		val threads = runner.runSuspending {
			val first = Thread.currentThread()
			delay(1)
			val second = Thread.currentThread()
			elsewhere()
			listOf(first, second, Thread.currentThread(), async { Thread.currentThread() }.await())
		}
		assertThat(threads).containsOnly(loop)
	}

	@Test
	fun contextIsThatOfTheCallEachTimeItResumes() = withRunner({ contextCarrier(userCarrier) }) { runner ->
		USER.set("ada")
		val first = caller {
			USER.set("bob")
			runner.runSuspending { users() }
		}
		assertThat(runner.runSuspending { users() }).hasSize(4).containsOnly("ada")
		assertThat(first.get(30, TimeUnit.SECONDS)).hasSize(4).containsOnly("bob")
		USER.remove()
		assertThat(runner.runSuspending { users() }).hasSize(4).containsOnlyNulls()
		val left = runner.getLoop().submit<String?> { USER.get() }
		assertThat(left.get(30, TimeUnit.SECONDS)).isNull()
	}

	private suspend fun users(): List<String?> = coroutineScope {
		val users = mutableListOf(USER.get())
		delay(1)
		users += USER.get()
		elsewhere()
		users += USER.get()
		users += async {
			delay(1)
			USER.get()
		}.await()
		users
	}

	@ParameterizedTest
	@MethodSource("failures")
	fun failureIsTheSameInstance(failure: Throwable) = withRunner { runner ->
		val atOnce = catchThrowable { runner.runSuspending { throw failure } }
		assertThat(atOnce).isSameAs(failure)
		val later = catchThrowable {
			runner.runSuspending {
				elsewhere()
				throw failure
			}
		}
		assertThat(later).isSameAs(failure)
		assertThat(failure.suppressed).hasSize(1).hasOnlyElementsOfType(RunCallSite::class.java)
	}

	@ParameterizedTest
	@MethodSource("failures")
	fun failureThatCrossedCoroutinesIsTheSameInstance(failure: Throwable) = withRunner { runner ->
		val fromContext = catchThrowable { runner.runSuspending { withContext(Dispatchers.Default) { throw failure } } }
		assertThat(fromContext).isSameAs(failure)
		val fromChild = catchThrowable { runner.runSuspending { async { delayed(failure) }.await() } }
		assertThat(fromChild).isSameAs(failure)
		val fromScope = catchThrowable { runner.runSuspending { coroutineScope { async { delayed(failure) }.await() } } }
		assertThat(fromScope).isSameAs(failure)
	}

	private suspend fun delayed(failure: Throwable) {
		delay(1)
		throw failure
	}

	@Test
	fun causeOfTheSameTypeIsLeftAlone() = withRunner { runner ->
		val cause = IllegalStateException("inner")
		val failure = IllegalStateException("outer", cause)
		val thrown = catchThrowable { runner.runSuspending { withContext(Dispatchers.Default) { throw failure } } }
		assertThat(thrown).isSameAs(failure).hasCause(cause)
	}

	@Test
	fun failureTellsWhereTheCallWasMade() = withRunner { runner ->
		val thrown = catchThrowable { runner.runSuspending { delayed(IllegalStateException("late")) } }
		val site = thrown.suppressed.single() as RunCallSite
		assertThat(site.taskName).isEqualTo("RunSuspendingTests")
		assertThat(site.stackTrace).anyMatch { frame -> frame.methodName.contains("failureTellsWhereTheCallWasMade") }
		val named = catchThrowable { runner.runSuspending(RunOptions.defaults().name("load")) { throw IOException("late") } }
		assertThat((named.suppressed.single() as RunCallSite).taskName).isEqualTo("load")
	}

	@Test
	fun runnerOutlivesFailures() = withRunner { runner ->
		val calls = AtomicInteger()
		val outcomes = List(3) {
			runCatching {
				runner.runSuspending {
					delay(1)
					check(calls.incrementAndGet() > 1) { "first" }
					"loaded"
				}
			}
		}
		assertThat(outcomes.map { it.getOrNull() }).containsExactly(null, "loaded", "loaded")
	}

	@Test
	fun timeouts() = withRunner { runner ->
		assertThatExceptionOfType(RunTimeoutException::class.java)
			.isThrownBy { runner.runSuspending(5_000_001.nanoseconds) { delay(Long.MAX_VALUE) } }
			.withMessageContaining("RunSuspendingTests")
			.satisfies({ timeout -> assertThat(timeout.limit).isEqualTo(java.time.Duration.ofNanos(5_000_001)) })
		assertThatExceptionOfType(RunTimeoutException::class.java)
			.isThrownBy { runner.runSuspending(java.time.Duration.ofMillis(5)) { delay(Long.MAX_VALUE) } }
		assertThat(runner.runSuspending(30.seconds) { "in time" }).isEqualTo("in time")
		assertThat(runner.runSuspending(kotlin.time.Duration.INFINITE) { currentRun().remaining().isPresent }).isFalse()
		assertThat(runner.runSuspending(30.seconds) { currentRun().remaining().orElseThrow() }).isPositive()
	}

	@Test
	fun timeoutOfZeroIsNone() = withRunner { runner ->
		assertThatIllegalArgumentException().isThrownBy { runner.runSuspending(0.seconds) { "never" } }
		assertThatIllegalArgumentException().isThrownBy { runner.runSuspending((-1).seconds) { "never" } }
		assertThatIllegalArgumentException().isThrownBy { runner.runSuspending(java.time.Duration.ZERO) { "never" } }
	}

	@Test
	fun loopMustNotBlock() = withRunner { runner ->
		assertThatExceptionOfType(BlockingNotAllowedException::class.java)
			.isThrownBy { runner.runSuspending { runner.runSuspending { "nested" } } }
			.withMessageContaining("RunSuspendingTests")
	}

	@Test
	fun closedRunnerRefuses() {
		val runner = EventLoopThreadRunner.create()
		runner.close()
		val calls = AtomicInteger()
		assertThatExceptionOfType(RunnerClosedException::class.java)
			.isThrownBy { runner.runSuspending { calls.incrementAndGet() } }
		assertThat(calls).hasValue(0)
	}

	companion object {

		@JvmStatic
		fun failures(): List<Throwable> = listOf(
			IllegalStateException("unchecked"),
			IOException("checked"),
			InterruptedException("of the work"),
			CompletionException("of the work", null),
			ExecutionException("of the work", IllegalStateException("cause")),
			TimeoutException("of the work"),
			AssertionError("error"),
			StackOverflowError("deep"),
		)

	}

}
