package io.palitra.docs.kotlin

import kotlinx.coroutines.runBlocking

import io.palitra.kotlin.currentRun

/**
 * A coroutine without a run, for the test of messages, which is in Java.
 */
object NoRun {

	@JvmStatic
	fun ask(): Any = runBlocking { currentRun() }

}
