package io.palitra.docs.interfaces

import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatExceptionOfType
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.springframework.http.HttpStatus
import org.springframework.web.bind.annotation.PathVariable
import org.springframework.web.reactive.function.client.ClientResponse
import org.springframework.web.reactive.function.client.WebClient
import org.springframework.web.reactive.function.client.WebClientResponseException
import org.springframework.web.reactive.function.client.support.WebClientAdapter
import org.springframework.web.service.annotation.GetExchange
import org.springframework.web.service.invoker.HttpServiceProxyFactory
import reactor.core.publisher.Mono

import io.palitra.EventLoopThreadRunner
import io.palitra.RunTimeoutException
import io.palitra.kotlin.runSuspending
import io.palitra.spring.http.RunTimeout
import io.palitra.spring.http.RunnerHttpExchangeAdapter

/**
 * HTTP interfaces in Kotlin, whose suspending functions are left to their caller.
 */
internal class SuspendingInterfaceTests {

	// tag::interface[]
	interface KotlinUsers {

		@GetExchange("/users/{id}")
		fun get(@PathVariable id: Long): String

		@GetExchange("/users/{id}")
		suspend fun find(@PathVariable id: Long): String

	}
	// end::interface[]

	interface Troubles {

		@GetExchange("/failing")
		suspend fun failing(): String

		@GetExchange("/silent")
		suspend fun silent(): String

		@GetExchange("/silent")
		@RunTimeout("50ms")
		fun silentAndBlocking(): String

	}

	private val webClient = WebClient.builder().exchangeFunction { request -> answer(request.url().path) }.build()

	private lateinit var runner: EventLoopThreadRunner

	@BeforeEach
	fun start() {
		this.runner = EventLoopThreadRunner.create()
	}

	@AfterEach
	fun close() {
		this.runner.close()
	}

	private fun answer(path: String) = when (path) {
		"/silent" -> Mono.never()
		"/failing" -> Mono.just(ClientResponse.create(HttpStatus.SERVICE_UNAVAILABLE).build())
		else -> Mono.just(ClientResponse.create(HttpStatus.OK).body("answer to $path").build())
	}

	private fun <S : Any> create(service: Class<S>): S {
		val adapter = RunnerHttpExchangeAdapter(WebClientAdapter.create(this.webClient), this.runner)
		adapter.verify(service)
		return HttpServiceProxyFactory.builderFor(adapter).build().createClient(service)
	}

	@Test
	fun blockingFunctionsGoThroughTheRunner() {
		assertThat(create(KotlinUsers::class.java).get(7)).isEqualTo("answer to /users/7")
		assertThat(this.runner.snapshot().submitted()).isOne()
	}

	@Test
	fun suspendingFunctionsAreLeftToTheirCaller() {
		val users = create(KotlinUsers::class.java)
		// tag::several[]
		val both = runner.runSuspending {
			listOf(7L, 8L).map { id -> async { users.find(id) } }.awaitAll()
		}
		// end::several[]
		assertThat(both).containsExactly("answer to /users/7", "answer to /users/8")
		assertThat(this.runner.snapshot().submitted()).isOne()
	}

	@Test
	fun limitIsThatOfTheCaller() {
		assertThatExceptionOfType(RunTimeoutException::class.java)
			.isThrownBy { this.runner.runSuspending(50.milliseconds) { create(Troubles::class.java).silent() } }
		assertThatExceptionOfType(RunTimeoutException::class.java)
			.isThrownBy { create(Troubles::class.java).silentAndBlocking() }
			.withMessageStartingWith("GET /silent: Task \"Troubles.silentAndBlocking\"")
	}

	@Test
	fun failureIsThatOfTheClient() {
		assertThatExceptionOfType(WebClientResponseException.ServiceUnavailable::class.java)
			.isThrownBy { this.runner.runSuspending { create(Troubles::class.java).failing() } }
	}

}
