package io.palitra.kotlin

import java.util.function.Consumer

import io.palitra.spi.LateResultSource

/**
 * Values that nobody can read any more, kept until a runner says who gets them.
 */
internal class LateResults : LateResultSource {

	private val values = mutableListOf<Any>()

	private var handler: Consumer<Any>? = null

	override fun onLateResult(handler: Consumer<Any>) {
		val early = synchronized(this) {
			this.handler = handler
			this.values.toList().also { this.values.clear() }
		}
		early.forEach(handler::accept)
	}

	fun add(value: Any?) {
		// Unit is what a block has that returns nothing
		if (value != null && value != Unit) {
			handlerOrKeep(value)?.accept(value)
		}
	}

	private fun handlerOrKeep(value: Any): Consumer<Any>? = synchronized(this) {
		if (this.handler == null) {
			this.values += value
		}
		this.handler
	}

}

/**
 * The values of blocks that run concurrently, in the order of the blocks. Either whoever waits for all of them gets them,
 * or each is late.
 */
internal class Gathered<T>(size: Int, private val late: LateResults) {

	private var values: Array<Any?>? = arrayOfNulls(size)

	fun put(index: Int, value: T) {
		val kept = synchronized(this) {
			this.values?.set(index, value)
			this.values != null
		}
		if (!kept) {
			this.late.add(value)
		}
	}

	@Suppress("UNCHECKED_CAST")
	fun take(): List<T> = (values()!!.asList() as List<T>)

	fun giveUp() {
		values()?.forEach(this.late::add)
	}

	private fun values(): Array<Any?>? = synchronized(this) {
		this.values.also { this.values = null }
	}

}
