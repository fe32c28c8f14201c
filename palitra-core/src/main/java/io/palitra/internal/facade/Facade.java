package io.palitra.internal.facade;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.EventLoopThreadRunner;
import io.palitra.spi.AsyncAdapter;

/**
 * The synchronous face of an asynchronous object: which method of the face leads where is
 * settled when it is made.
 */
public final class Facade implements InvocationHandler {

	private final EventLoopThreadRunner runner;

	private final Class<?> type;

	private final Object target;

	private final Adapters adapters;

	private final Map<Method, Route> routes;

	private Facade(EventLoopThreadRunner runner, Class<?> type, Object target, Adapters adapters) {
		this.runner = runner;
		this.type = type;
		this.target = target;
		this.adapters = adapters;
		this.routes = new Router(type, target.getClass(), adapters).routes();
	}

	/**
	 * Makes a face.
	 * @throws IllegalArgumentException if the type and the target do not fit
	 */
	public static <F> F of(EventLoopThreadRunner runner, Class<F> type, Object target, Adapters adapters) {
		Objects.requireNonNull(type, "facade");
		Objects.requireNonNull(target, "asyncTarget");
		if (!type.isInterface()) {
			throw new IllegalArgumentException("facade must be an interface but was " + type.getName());
		}
		Facade facade = new Facade(runner, type, target, adapters);
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, facade));
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
		if (method.getDeclaringClass() == Object.class) {
			return switch (method.getName()) {
				case "equals" -> proxy == Objects.requireNonNull(arguments)[0];
				case "hashCode" -> System.identityHashCode(proxy);
				default -> "blocking " + this.type.getName() + " of " + nameOfTarget();
			};
		}
		Route route = Objects.requireNonNull(this.routes.get(method));
		return switch (route.kind()) {
			case DEFAULT -> callDefault(route, proxy, arguments);
			case PLAIN -> callPlain(route, method, arguments);
			case ASYNCHRONOUS -> run(route, method, () -> stage(route, arguments));
		};
	}

	/**
	 * What a log or a debugger asks for must not fail, even if the target does: a proxy
	 * may know no {@code toString()}.
	 */
	private String nameOfTarget() {
		try {
			return String.valueOf(this.target);
		}
		catch (Throwable ex) {
			return this.target.getClass().getName();
		}
	}

	private static @Nullable Object callDefault(Route route, Object proxy, Object @Nullable [] arguments)
			throws Throwable {
		MethodHandle handle = route.handle();
		if (handle == null) {
			return InvocationHandler.invokeDefault(proxy, route.method(), arguments);
		}
		return handle.bindTo(proxy).invokeWithArguments((arguments != null) ? arguments : new Object[0]);
	}

	private @Nullable Object callPlain(Route route, Method method, Object @Nullable [] arguments) throws Throwable {
		Object result;
		try {
			result = call(route, arguments);
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw isDeclared(ex, method) ? ex : new CompletionException(ex);
		}
		if (result == null) {
			return null;
		}
		// Where generics have hidden that the target is asynchronous.
		Object source = result;
		AsyncAdapter adapter = this.adapters.find(source.getClass(), route.wanted());
		return (adapter != null) ? run(route, method, () -> cast(adapter.toStage(source))) : source;
	}

	private static boolean isDeclared(Throwable ex, Method method) {
		return Arrays.stream(method.getExceptionTypes()).anyMatch((declared) -> declared.isInstance(ex));
	}

	@SuppressWarnings("unchecked")
	private static CompletionStage<Object> cast(CompletionStage<?> stage) {
		return (CompletionStage<Object>) stage;
	}

	private @Nullable Object run(Route route, Method method, AsyncCallable<Object> task) throws Throwable {
		Object result;
		try {
			result = this.runner.run(task, route.options());
		}
		catch (CompletionException ex) {
			Throwable cause = ex.getCause();
			// Not a subclass, which only the target can have thrown.
			if (ex.getClass() == CompletionException.class && cause != null && isDeclared(cause, method)) {
				throw cause;
			}
			throw ex;
		}
		if (result == null && method.getReturnType().isPrimitive() && method.getReturnType() != void.class) {
			throw new NullPointerException("task \"" + route.options().name().orElseThrow()
					+ "\" has a null result, which is no " + method.getReturnType());
		}
		boolean wrapped = route.wanted() == Optional.class && !(result instanceof Optional);
		return wrapped ? Optional.ofNullable(result) : result;
	}

	private CompletionStage<Object> stage(Route route, Object @Nullable [] arguments) throws Exception {
		try {
			Object source = Objects.requireNonNull(call(route, arguments),
					() -> "task \"" + route.options().name().orElseThrow() + "\" returned null instead of a "
							+ route.method().getReturnType().getSimpleName());
			return cast(Objects.requireNonNull(route.adapter()).toStage(source));
		}
		catch (Exception | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new CompletionException(ex);
		}
	}

	private @Nullable Object call(Route route, Object @Nullable [] arguments) throws Throwable {
		try {
			return route.method().invoke(this.target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getCause();
		}
	}

}
