package io.palitra.spring.boot.autoconfigure.reactor;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;
import reactor.core.Exceptions;

import io.palitra.spi.AsyncAdapter;

/**
 * Makes stages of every type that Spring's registry knows: of its one value, or of the
 * list of its values if it can have several.
 */
final class ReactiveTypesAsyncAdapter implements AsyncAdapter {

	private final Supplier<ReactiveAdapterRegistry> registry;

	/**
	 * Creates an adapter.
	 * @param registry asked when there is the first face to make: what it knows, it loads
	 */
	ReactiveTypesAsyncAdapter(Supplier<ReactiveAdapterRegistry> registry) {
		this.registry = registry;
	}

	@Override
	public boolean adapts(Class<?> type) {
		return this.registry.get().getAdapter(type) != null;
	}

	@Override
	public Class<?> resultType(Type type) {
		ResolvableType declared = ResolvableType.forType(type);
		ReactiveAdapter adapter = adapter(declared.toClass());
		if (adapter.isNoValue()) {
			return Void.class;
		}
		return adapter.isMultiValue() ? List.class
				: declared.as(adapter.getReactiveType()).getGeneric().resolve(Object.class);
	}

	@Override
	public CompletionStage<?> toStage(Object source) {
		ReactiveAdapter adapter = adapter(source.getClass());
		Result result = new Result(adapter.isMultiValue());
		adapter.toPublisher(source).subscribe(result);
		return result;
	}

	private ReactiveAdapter adapter(Class<?> type) {
		ReactiveAdapter adapter = this.registry.get().getAdapter(type);
		if (adapter == null) {
			throw new IllegalArgumentException("Spring's registry of reactive types does not know " + type.getName());
		}
		return adapter;
	}

	/**
	 * What a publisher ends with. Cancels the subscription when it is cancelled itself,
	 * also one that arrives after that.
	 */
	private static final class Result extends CompletableFuture<@Nullable Object> implements Subscriber<Object> {

		private static final boolean REACTOR = ClassUtils.isPresent("reactor.core.Exceptions",
				Result.class.getClassLoader());

		private final @Nullable List<Object> values;

		private final AtomicReference<@Nullable Subscription> subscription = new AtomicReference<>();

		Result(boolean many) {
			this.values = many ? new ArrayList<>() : null;
			whenComplete((value, ex) -> {
				Subscription subscription = this.subscription.get();
				if (ex != null && subscription != null) {
					subscription.cancel();
				}
			});
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			// Looks at the end after writing, the end the other way round
			if (!this.subscription.compareAndSet(null, subscription) || isDone()) {
				subscription.cancel();
				return;
			}
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(Object value) {
			if (this.values != null) {
				this.values.add(value);
			}
			else {
				complete(value);
			}
		}

		@Override
		public void onError(Throwable failure) {
			completeExceptionally(REACTOR ? Exceptions.unwrap(failure) : failure);
		}

		@Override
		public void onComplete() {
			complete(this.values);
		}

		/**
		 * What is derived from this is no subscriber.
		 */
		@Override
		public <U> CompletableFuture<U> newIncompleteFuture() {
			return new CompletableFuture<>();
		}

	}

}
