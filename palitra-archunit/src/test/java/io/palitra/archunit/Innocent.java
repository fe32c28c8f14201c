package io.palitra.archunit;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.Future;
import java.util.concurrent.RecursiveTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Looks like waiting, and is not.
 */
@SuppressWarnings("unused")
class Innocent {

	Object get(Map<String, String> map, Optional<String> optional, AtomicReference<String> reference,
			Supplier<String> supplier) {
		return map.get("key") + optional.get() + reference.get() + supplier.get();
	}

	Object getReference(Map<String, String> map) {
		return Stream.of("key").map(map::get).toList();
	}

	Object done(CompletableFuture<String> future) {
		return future.isDone() ? future.getNow("none") : "none";
	}

	Object join(String one, String two) {
		return String.join(",", one, two);
	}

	void thread(Thread thread) throws InterruptedException {
		thread.join();
	}

	Object stream(Iterable<String> iterable, ArrayDeque<String> queue) {
		Toy toy = new Toy();
		return toy.toIterable().toString() + toy.toStream() + toy.block() + queue.getFirst() + iterable;
	}

	boolean latch(CountDownLatch latch) throws InterruptedException {
		return latch.await(1, TimeUnit.SECONDS);
	}

	Object chain(Mono<String> mono, Flux<String> flux, CompletionStage<String> stage) {
		return mono.toFuture().thenCombine(flux.next().toFuture(), String::concat).thenCombine(stage, String::concat);
	}

	static final class Sum extends RecursiveTask<Integer> {

		private static final long serialVersionUID = 1L;

		@Override
		protected Integer compute() {
			ForkJoinTask<Integer> part = new Sum().fork();
			return part.join();
		}

	}

	/**
	 * Hands on what its caller wants.
	 */
	record Delegating(Future<String> future) implements Future<String> {

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			return this.future.cancel(mayInterruptIfRunning);
		}

		@Override
		public boolean isCancelled() {
			return this.future.isCancelled();
		}

		@Override
		public boolean isDone() {
			return this.future.isDone();
		}

		@Override
		public String get() throws InterruptedException, ExecutionException {
			return this.future.get();
		}

		@Override
		public String get(long timeout, TimeUnit unit)
				throws InterruptedException, ExecutionException, TimeoutException {
			return this.future.get(timeout, unit);
		}

	}

	static final class Toy {

		Iterable<String> toIterable() {
			return List.of();
		}

		Stream<String> toStream() {
			return Stream.of();
		}

		String block() {
			return "block";
		}

	}

}
