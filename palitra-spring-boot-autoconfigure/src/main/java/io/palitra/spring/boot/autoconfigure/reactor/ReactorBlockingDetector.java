package io.palitra.spring.boot.autoconfigure.reactor;

import reactor.core.scheduler.Schedulers;

import io.palitra.spi.BlockingDetector;

/**
 * Knows the threads on which Reactor itself refuses to block, those of WebFlux and
 * Reactor Netty among them.
 */
final class ReactorBlockingDetector implements BlockingDetector {

	@Override
	public boolean mustNotBlock(Thread thread) {
		return Schedulers.isNonBlockingThread(thread);
	}

}
