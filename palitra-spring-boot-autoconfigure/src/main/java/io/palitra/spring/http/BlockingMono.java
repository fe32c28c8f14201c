package io.palitra.spring.http;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;

/**
 * A {@code Mono} that has a way of its own to be waited for. Subscribed to, it is its
 * source.
 */
final class BlockingMono<T> extends MonoOperator<T, T> {

	private final Function<@Nullable Duration, @Nullable T> wait;

	/**
	 * Creates a {@code Mono}.
	 * @param source what is subscribed to
	 * @param wait waits for the value, as long as given if it knows nothing better
	 */
	BlockingMono(Mono<T> source, Function<@Nullable Duration, @Nullable T> wait) {
		super(source);
		this.wait = wait;
	}

	@Override
	public void subscribe(CoreSubscriber<? super T> subscriber) {
		this.source.subscribe(subscriber);
	}

	@Override
	public @Nullable T block() {
		return this.wait.apply(null);
	}

	@Override
	public @Nullable T block(Duration timeout) {
		return this.wait.apply(timeout);
	}

	@Override
	public Optional<T> blockOptional() {
		return Optional.ofNullable(block());
	}

	@Override
	public Optional<T> blockOptional(Duration timeout) {
		return Optional.ofNullable(block(timeout));
	}

}
