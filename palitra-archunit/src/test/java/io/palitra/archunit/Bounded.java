package io.palitra.archunit;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import com.google.common.util.concurrent.Uninterruptibles;
import io.smallrye.mutiny.Uni;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Each method has one wait with a limit.
 */
@SuppressWarnings("unused")
class Bounded {

	private static final Duration LIMIT = Duration.ofSeconds(1);

	Object block(Mono<String> mono) {
		return mono.block(LIMIT);
	}

	Object blockOptional(Mono<String> mono) {
		return mono.blockOptional(LIMIT);
	}

	Object blockFirst(Flux<String> flux) {
		return flux.blockFirst(LIMIT);
	}

	Object blockLast(Flux<String> flux) {
		return flux.blockLast(LIMIT);
	}

	Object get(CompletableFuture<String> future) throws Exception {
		return future.get(1, TimeUnit.SECONDS);
	}

	Object getOfFuture(Future<String> future) throws Exception {
		return future.get(1, TimeUnit.SECONDS);
	}

	Object getUninterruptibly(Future<String> future) throws Exception {
		return Uninterruptibles.getUninterruptibly(future, LIMIT);
	}

	Object atMost(Uni<String> uni) {
		return uni.await().atMost(LIMIT);
	}

	Object atMostOptional(Uni<String> uni) {
		return uni.await().asOptional().atMost(LIMIT);
	}

	Object rx3Completable(io.reactivex.rxjava3.core.Completable completable) {
		return completable.blockingAwait(1, TimeUnit.SECONDS);
	}

	Object rx2Completable(io.reactivex.Completable completable) {
		return completable.blockingAwait(1, TimeUnit.SECONDS);
	}

	Object nettyAwait(io.netty.util.concurrent.Future<String> future) throws InterruptedException {
		return future.await(1, TimeUnit.SECONDS);
	}

	Object nettyAwaitUninterruptibly(io.netty.util.concurrent.Future<String> future) {
		return future.awaitUninterruptibly(1000);
	}

}
