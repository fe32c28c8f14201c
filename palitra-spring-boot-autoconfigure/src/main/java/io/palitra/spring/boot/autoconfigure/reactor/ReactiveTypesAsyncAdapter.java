package io.palitra.spring.boot.autoconfigure.reactor;

import java.lang.reflect.Type;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;
import reactor.core.publisher.Mono;

import io.palitra.AsyncCallable;
import io.palitra.PublisherTasks;
import io.palitra.reactor.ReactorTasks;
import io.palitra.spi.AsyncAdapter;

/**
 * Makes stages of every type that Spring's registry knows: of its one value, or of the
 * list of its values if it can have several.
 */
final class ReactiveTypesAsyncAdapter implements AsyncAdapter {

	private static final boolean REACTOR = Stream.of("reactor.core.publisher.Mono", "io.palitra.reactor.ReactorTasks")
		.allMatch((name) -> ClassUtils.isPresent(name, ReactiveTypesAsyncAdapter.class.getClassLoader()));

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
		Publisher<Object> publisher = adapter.toPublisher(source);
		AsyncCallable<?> task = REACTOR ? OfReactor.task(publisher, adapter.isMultiValue())
				: task(FlowAdapters.toFlowPublisher(publisher), adapter.isMultiValue());
		try {
			return task.call();
		}
		catch (Exception ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private static AsyncCallable<?> task(Flow.Publisher<Object> publisher, boolean many) {
		return many ? PublisherTasks.list(publisher) : PublisherTasks.one(publisher);
	}

	private ReactiveAdapter adapter(Class<?> type) {
		ReactiveAdapter adapter = this.registry.get().getAdapter(type);
		if (adapter == null) {
			throw new IllegalArgumentException("Spring's registry of reactive types does not know " + type.getName());
		}
		return adapter;
	}

	/**
	 * Loaded only where Reactor is, whose failures may be wrapped.
	 */
	private static final class OfReactor {

		static AsyncCallable<?> task(Publisher<Object> publisher, boolean many) {
			return many ? ReactorTasks.list(publisher) : ReactorTasks.mono(Mono.fromDirect(publisher));
		}

	}

}
