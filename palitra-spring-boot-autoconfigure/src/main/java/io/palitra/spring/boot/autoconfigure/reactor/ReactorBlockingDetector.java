package io.palitra.spring.boot.autoconfigure.reactor;

import reactor.core.scheduler.Schedulers;

import io.palitra.EventLoop;
import io.palitra.spi.BlockingDetector;

/**
 * Knows the threads on which Reactor itself refuses to block, those of WebFlux and
 * Reactor Netty among them, and has Reactor know those of runners: {@code block()} is
 * refused on a loop.
 */
final class ReactorBlockingDetector implements BlockingDetector {

	static {
		Schedulers.registerNonBlockingThreadPredicate(
				(thread) -> thread == Thread.currentThread() && EventLoop.isCurrentThread());
	}

	@Override
	public boolean mustNotBlock(Thread thread) {
		return Schedulers.isNonBlockingThread(thread);
	}

}
