package io.palitra.docs.kotlin

import java.time.Duration
import java.util.concurrent.CompletableFuture
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.runInterruptible
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatIllegalStateException
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith

import io.palitra.EventLoopThreadRunner
import io.palitra.RunOptions
import io.palitra.kotlin.gatherSuspending
import io.palitra.kotlin.onCaller
import io.palitra.kotlin.runSuspending
import io.palitra.test.RunnerExtension

/**
 * The recipe for callers in Kotlin.
 */
@ExtendWith(RunnerExtension::class)
class KotlinRecipeTests(private val runner: EventLoopThreadRunner) {

	private val saved = mutableListOf<String>()

	@Test
	fun futures() {
		val greeting = greet { name -> CompletableFuture.supplyAsync { "hello $name" } }
		assertThat(greeting).isEqualTo("hello Ada")
	}

	private fun greet(client: (String) -> CompletableFuture<String>): String {
		// tag::future[]
		val greeting = runner.run({ client("Ada") }, RunOptions.defaults().name("greet").timeout(Duration.ofSeconds(2)))
		// end::future[]
		return greeting
	}

	@Test
	fun suspendingFunctions() {
		assertThat(suspending(1)).isEqualTo("1 on palitra-default")
	}

	@Test
	fun failuresOfOthersDoNotMatter() {
		assertThatIllegalStateException().isThrownBy { suspending(0) }
		assertThat(suspending(1)).isEqualTo("1 on palitra-default")
	}

	private fun suspending(id: Int): String {
		// tag::suspend[]
		val loaded = runner.runSuspending(2.seconds) { load(id) }
		// end::suspend[]
		return loaded
	}

	@Test
	fun severalAtOnce() {
		// tag::gather[]
		val (first, second) = runner.gatherSuspending({ load(1) }, { load(2) })
		// end::gather[]
		assertThat(listOf(first, second)).containsExactly("1 on palitra-default", "2 on palitra-default")
	}

	@Test
	fun onTheCallersThread() {
		place(1)
		assertThat(this.saved).containsExactly("1 on palitra-default by " + Thread.currentThread().name)
	}

	// tag::caller[]
	fun place(id: Int) = runner.runSuspending(RunOptions.defaults().name("place")) {
		val loaded = load(id)
		onCaller { save(loaded) }
	}
	// end::caller[]

	private fun save(loaded: String) {
		this.saved += loaded + " by " + Thread.currentThread().name
	}

	@Test
	fun blockingFunctions() {
		assertThat(blocking("3")).isEqualTo("3")
	}

	private fun blocking(file: String): String {
		// tag::blocking[]
		val content = runner.runSuspending(2.seconds) { runInterruptible(Dispatchers.IO) { read(file) } }
		// end::blocking[]
		return content
	}

	private fun read(file: String) = file

	private suspend fun load(id: Int): String {
		delay(1)
		check(id > 0) { "no $id" }
		return "$id on " + Thread.currentThread().name
	}

}
