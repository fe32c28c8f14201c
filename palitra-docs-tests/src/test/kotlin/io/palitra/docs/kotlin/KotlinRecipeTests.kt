package io.palitra.docs.kotlin

import java.time.Duration
import java.util.concurrent.CompletableFuture
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.delay
import kotlinx.coroutines.future.future
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

import io.palitra.EventLoopThreadRunner
import io.palitra.RunOptions

/**
 * The recipe for callers in Kotlin.
 */
class KotlinRecipeTests {

	@Test
	fun futures() {
		EventLoopThreadRunner.create().use { runner ->
			assertThat(greet(runner) { name -> CompletableFuture.supplyAsync { "hello $name" } }).isEqualTo("hello Ada")
		}
	}

	private fun greet(runner: EventLoopThreadRunner, client: (String) -> CompletableFuture<String>): String {
		// tag::future[]
		val greeting = runner.run({ client("Ada") }, RunOptions.defaults().name("greet").timeout(Duration.ofSeconds(2)))
		// end::future[]
		return greeting
	}

	@Test
	fun suspendFunctions() {
		EventLoopThreadRunner.create().use { runner ->
			assertThat(load(runner)).startsWith("loaded on palitra-default")
		}
	}

	private fun load(runner: EventLoopThreadRunner): String {
		// tag::suspend[]
		val onLoop = CoroutineScope(runner.loop.asCoroutineDispatcher())
		val loaded = runner.run({ onLoop.future { load() } }, Duration.ofSeconds(2))
		// end::suspend[]
		return loaded
	}

	private suspend fun load(): String {
		delay(1)
		return "loaded on " + Thread.currentThread().name
	}

}
