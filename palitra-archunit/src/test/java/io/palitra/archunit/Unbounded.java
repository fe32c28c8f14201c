package io.palitra.archunit;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Supplier;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.Uninterruptibles;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import reactor.core.publisher.ConnectableFlux;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Each method has one wait without a limit.
 */
@SuppressWarnings("unused")
class Unbounded {

	Object block(Mono<String> mono) {
		return mono.block();
	}

	Object blockReference(Optional<Mono<String>> mono) {
		return mono.map(Mono::block);
	}

	Object blockOptional(Mono<String> mono) {
		return mono.blockOptional();
	}

	Object zip(Mono<String> one, Mono<String> two) {
		return Mono.zip(one, two).map((both) -> both.getT1() + both.getT2()).block();
	}

	Object blockFirst(Flux<String> flux) {
		return flux.blockFirst();
	}

	Object blockLast(ConnectableFlux<String> flux) {
		return flux.blockLast();
	}

	Object toIterable(Flux<String> flux) {
		return flux.toIterable();
	}

	Object toIterableInBatches(Flux<String> flux) {
		return flux.toIterable(7);
	}

	Object toStream(Flux<String> flux) {
		return flux.toStream();
	}

	Object join(CompletableFuture<String> future) {
		return future.join();
	}

	Object joinReference(List<CompletableFuture<String>> futures) {
		return futures.stream().map(CompletableFuture::join).toList();
	}

	Object joinBoundReference(CompletableFuture<String> future) {
		Supplier<String> later = future::join;
		return later;
	}

	Object joinInLambda(CompletableFuture<String> future) {
		Supplier<String> later = () -> future.join();
		return later;
	}

	Object joinInAnonymousClass(CompletableFuture<String> future) {
		return new Supplier<String>() {

			@Override
			public String get() {
				return future.join();
			}

		};
	}

	Object joinAll(List<CompletableFuture<String>> futures) {
		return CompletableFuture.allOf(futures.toArray(CompletableFuture<?>[]::new)).join();
	}

	Object joinOfSubclass(Delegate future) {
		return future.join();
	}

	Object get(CompletableFuture<String> future) throws InterruptedException, ExecutionException {
		return future.get();
	}

	Object getOfFuture(Future<String> future) throws InterruptedException, ExecutionException {
		return future.get();
	}

	Object getUnchecked(Future<String> future) {
		return Futures.getUnchecked(future);
	}

	Object getUninterruptibly(Future<String> future) throws ExecutionException {
		return Uninterruptibles.getUninterruptibly(future);
	}

	void latch(CountDownLatch latch) throws InterruptedException {
		latch.await();
	}

	Object indefinitely(Uni<String> uni) {
		return uni.await().indefinitely();
	}

	Object indefinitelyOptional(Uni<String> uni) {
		return uni.await().asOptional().indefinitely();
	}

	Object asIterable(Multi<String> multi) {
		return multi.subscribe().asIterable();
	}

	Object asStream(Multi<String> multi) {
		return multi.subscribe().asStream();
	}

	Object rx3Single(io.reactivex.rxjava3.core.Single<String> single) {
		return single.blockingGet();
	}

	Object rx3Maybe(io.reactivex.rxjava3.core.Maybe<String> maybe) {
		return maybe.blockingGet("other");
	}

	void rx3Completable(io.reactivex.rxjava3.core.Completable completable) {
		completable.blockingAwait();
	}

	Object rx3Observable(io.reactivex.rxjava3.core.Observable<String> observable) {
		return observable.blockingFirst();
	}

	Object rx3Flowable(io.reactivex.rxjava3.core.Flowable<String> flowable) {
		return flowable.blockingIterable();
	}

	Object rx2Single(io.reactivex.Single<String> single) {
		return single.blockingGet();
	}

	Object rx2Maybe(io.reactivex.Maybe<String> maybe) {
		return maybe.blockingGet();
	}

	Object rx2Completable(io.reactivex.Completable completable) {
		return completable.blockingGet();
	}

	Object rx2Observable(io.reactivex.Observable<String> observable) {
		return observable.blockingLast();
	}

	Object rx2Flowable(io.reactivex.Flowable<String> flowable) {
		return flowable.blockingSingle();
	}

	Object nettySync(io.netty.util.concurrent.Future<String> future) throws InterruptedException {
		return future.sync();
	}

	Object nettySyncUninterruptibly(io.netty.util.concurrent.Promise<String> future) {
		return future.syncUninterruptibly();
	}

	Object nettyAwait(io.netty.util.concurrent.Future<String> future) throws InterruptedException {
		return future.await();
	}

	Object nettyAwaitUninterruptibly(io.netty.util.concurrent.Future<String> future) {
		return future.awaitUninterruptibly();
	}

	static final class Delegate extends CompletableFuture<String> {

	}

}
