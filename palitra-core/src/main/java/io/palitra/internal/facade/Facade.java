package io.palitra.internal.facade;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.spi.AsyncAdapter;

/**
 * The synchronous face of an asynchronous object: which method of the face leads where is
 * settled when it is made.
 */
public final class Facade implements InvocationHandler {

	private final EventLoopThreadRunner runner;

	private final Class<?> type;

	private final Object target;

	private final List<AsyncAdapter> adapters = new ArrayList<>();

	private final Map<Method, Route> routes = new HashMap<>();

	private final Map<TypeVariable<?>, Type> typeArguments = new HashMap<>();

	private Facade(EventLoopThreadRunner runner, Class<?> type, Object target, List<AsyncAdapter> adapters) {
		this.runner = runner;
		this.type = type;
		this.target = target;
		this.adapters.add(new StageAdapter());
		this.adapters.addAll(adapters);
	}

	/**
	 * Makes a face.
	 * @throws IllegalArgumentException if the type and the target do not fit
	 */
	public static <F> F of(EventLoopThreadRunner runner, Class<F> type, Object target, List<AsyncAdapter> adapters) {
		Objects.requireNonNull(type, "facade");
		Objects.requireNonNull(target, "asyncTarget");
		if (!type.isInterface()) {
			throw new IllegalArgumentException("facade must be an interface but was " + type.getName());
		}
		Facade facade = new Facade(runner, type, target, adapters);
		facade.route();
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, facade));
	}

	private void route() {
		collectTypeArguments(this.type);
		List<String> misfits = new ArrayList<>();
		for (Method method : this.type.getMethods()) {
			if (Modifier.isStatic(method.getModifiers())) {
				continue;
			}
			try {
				this.routes.put(method, routeOf(method));
			}
			catch (IllegalArgumentException ex) {
				misfits.add("\n\t" + method.toGenericString() + ": " + ex.getMessage());
			}
		}
		if (!misfits.isEmpty()) {
			throw new IllegalArgumentException(this.type.getName() + " cannot be the blocking face of "
					+ this.target.getClass().getName() + ":" + String.join("", misfits));
		}
	}

	/**
	 * What {@code interface Users extends Repository<User>} makes of the variables of
	 * {@code Repository}.
	 */
	private void collectTypeArguments(Class<?> type) {
		for (Type parent : type.getGenericInterfaces()) {
			if (parent instanceof ParameterizedType parameterized) {
				Class<?> raw = (Class<?>) parameterized.getRawType();
				for (int i = 0; i < raw.getTypeParameters().length; i++) {
					this.typeArguments.put(raw.getTypeParameters()[i], parameterized.getActualTypeArguments()[i]);
				}
				collectTypeArguments(raw);
			}
			else {
				collectTypeArguments((Class<?>) parent);
			}
		}
	}

	private Route routeOf(Method method) {
		Class<?>[] parameters = Arrays.stream(method.getGenericParameterTypes())
			.map(this::erase)
			.toArray(Class<?>[]::new);
		Method found = find(method.getName(), parameters);
		if (found == null && !Arrays.equals(parameters, method.getParameterTypes())) {
			found = find(method.getName(), method.getParameterTypes());
		}
		if (found == null) {
			found = findGeneric(method.getName(), parameters);
		}
		if (found == null) {
			if (method.isDefault()) {
				return new Route(method, Kind.DEFAULT, null, defaultOf(method), RunOptions.defaults());
			}
			throw new IllegalArgumentException(whyNotFound(method.getName(), parameters));
		}
		RunOptions options = RunOptions.defaults().name(this.type.getSimpleName() + "." + method.getName());
		Class<?> wanted = erase(method.getGenericReturnType());
		AsyncAdapter adapter = adapter(found.getReturnType(), wanted);
		if (adapter != null) {
			fit(wanted, adapter.resultType(found.getGenericReturnType()));
			return new Route(found, Kind.ASYNCHRONOUS, adapter, null, options);
		}
		fit(wanted, found.getReturnType());
		return new Route(found, Kind.PLAIN, null, null, options);
	}

	/**
	 * Returns what makes a stage of what the target returns, or {@code null} if there is
	 * nothing to wait for: it is no asynchronous type, or the face wants one itself.
	 */
	private @Nullable AsyncAdapter adapter(Class<?> had, Class<?> wanted) {
		AsyncAdapter adapter = adapter(had);
		return (adapter != null && adapter(wanted) == null) ? adapter : null;
	}

	private @Nullable AsyncAdapter adapter(Class<?> type) {
		for (AsyncAdapter adapter : this.adapters) {
			if (adapter.adapts(type)) {
				return adapter;
			}
		}
		return null;
	}

	private @Nullable Method find(String name, Class<?>[] parameters) {
		return find(this.target.getClass(), name, parameters);
	}

	/**
	 * Finds what a generic class has made of the parameters, if only one method can be
	 * meant.
	 */
	private @Nullable Method findGeneric(String name, Class<?>[] parameters) {
		List<Method> candidates = new ArrayList<>();
		for (Method method : this.target.getClass().getMethods()) {
			if (method.getName().equals(name) && !method.isBridge() && takes(method.getParameterTypes(), parameters)) {
				candidates.add(method);
			}
		}
		return (candidates.size() == 1) ? find(name, candidates.get(0).getParameterTypes()) : null;
	}

	private static boolean takes(Class<?>[] declared, Class<?>[] given) {
		boolean takes = declared.length == given.length;
		for (int i = 0; takes && i < given.length; i++) {
			takes = declared[i].isAssignableFrom(given[i]);
		}
		return takes;
	}

	private String whyNotFound(String name, Class<?>[] parameters) {
		Class<?> type = this.target.getClass();
		String signature = name
				+ Arrays.stream(parameters).map(Class::getTypeName).collect(Collectors.joining(", ", "(", ")"));
		boolean hidden = Arrays.stream(type.getMethods())
			.anyMatch((method) -> method.getName().equals(name) && takes(method.getParameterTypes(), parameters)
					&& !Modifier.isStatic(method.getModifiers()));
		return hidden
				? "method " + signature + " of " + type.getName()
						+ " cannot be called from module io.palitra: add 'opens " + type.getPackageName()
						+ " to io.palitra' to the declaration of its module"
				: "the target has no public method " + signature;
	}

	/**
	 * Returns how to call a default method where {@code InvocationHandler.invokeDefault},
	 * which needs a public face, cannot.
	 */
	private static @Nullable MethodHandle defaultOf(Method method) {
		Class<?> type = method.getDeclaringClass();
		Module own = Facade.class.getModule();
		if (Modifier.isPublic(type.getModifiers()) && type.getModule().isExported(type.getPackageName(), own)) {
			return null;
		}
		try {
			own.addReads(type.getModule());
			return MethodHandles.privateLookupIn(type, MethodHandles.lookup()).unreflectSpecial(method, type);
		}
		catch (IllegalAccessException ex) {
			throw new IllegalArgumentException(
					"this default method cannot be called from module io.palitra: make its interface public and export "
							+ "it, or add 'opens " + type.getPackageName() + " to io.palitra' to its module",
					ex);
		}
	}

	/**
	 * Finds a method that can be called from here: its class may be hidden where an
	 * interface that declares the method is not.
	 */
	private static @Nullable Method find(@Nullable Class<?> type, String name, Class<?>[] parameters) {
		if (type == null) {
			return null;
		}
		try {
			Method method = type.getMethod(name, parameters);
			if (!Modifier.isStatic(method.getModifiers()) && method.trySetAccessible()) {
				return method;
			}
		}
		catch (NoSuchMethodException ex) {
			return null;
		}
		for (Class<?> parent : type.getInterfaces()) {
			Method method = find(parent, name, parameters);
			if (method != null) {
				return method;
			}
		}
		return find(type.getSuperclass(), name, parameters);
	}

	private static void fit(Class<?> wanted, Class<?> had) {
		boolean anything = wanted == void.class || had == Object.class;
		if (!anything && !boxed(wanted).isAssignableFrom(boxed(had))) {
			throw new IllegalArgumentException(
					"the target's result is of type " + had.getTypeName() + ", not " + wanted.getTypeName());
		}
	}

	private static Class<?> boxed(Class<?> type) {
		return MethodType.methodType(type).wrap().returnType();
	}

	private Class<?> erase(Type type) {
		if (type instanceof Class<?> known) {
			return known;
		}
		if (type instanceof ParameterizedType parameterized) {
			return (Class<?>) parameterized.getRawType();
		}
		if (type instanceof TypeVariable<?> variable) {
			return erase(this.typeArguments.getOrDefault(variable, variable.getBounds()[0]));
		}
		if (type instanceof GenericArrayType array) {
			return erase(array.getGenericComponentType()).arrayType();
		}
		return Object.class;
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
		if (method.getDeclaringClass() == Object.class) {
			return switch (method.getName()) {
				case "equals" -> proxy == Objects.requireNonNull(arguments)[0];
				case "hashCode" -> System.identityHashCode(proxy);
				default -> "blocking " + this.type.getName() + " of " + this.target;
			};
		}
		Route route = Objects.requireNonNull(this.routes.get(method));
		return switch (route.kind()) {
			case DEFAULT -> callDefault(route, proxy, arguments);
			case PLAIN -> callPlain(route, method, arguments);
			case ASYNCHRONOUS -> run(route, method, () -> stage(route, arguments));
		};
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
		AsyncAdapter adapter = adapter(source.getClass(), erase(method.getGenericReturnType()));
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
		return result;
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

	/**
	 * How a method of the face is answered.
	 */
	private enum Kind {

		/**
		 * By the target's method, on the loop, waiting for the stage that the adapter
		 * makes of what it returns.
		 */
		ASYNCHRONOUS,

		/**
		 * By the target's method, in place.
		 */
		PLAIN,

		/**
		 * By the face's own default method.
		 */
		DEFAULT

	}

	/**
	 * Where a method of the face leads.
	 *
	 * @param method the method to call
	 * @param kind how to call it
	 * @param adapter makes a stage of what it returns, if it is asynchronous
	 * @param handle the same method, if it cannot be called otherwise
	 * @param options the name of the task
	 */
	private record Route(Method method, Kind kind, @Nullable AsyncAdapter adapter, @Nullable MethodHandle handle,
			RunOptions options) {
	}

	/**
	 * What every runner understands.
	 */
	private static final class StageAdapter implements AsyncAdapter {

		@Override
		public boolean adapts(Class<?> type) {
			return CompletionStage.class.isAssignableFrom(type);
		}

		@Override
		public Class<?> resultType(Type type) {
			if (type instanceof ParameterizedType stage
					&& (stage.getRawType() == CompletionStage.class || stage.getRawType() == CompletableFuture.class)) {
				Type result = stage.getActualTypeArguments()[0];
				if (result instanceof Class<?> known) {
					return known;
				}
				if (result instanceof ParameterizedType known) {
					return (Class<?>) known.getRawType();
				}
			}
			return Object.class;
		}

		@Override
		public CompletionStage<?> toStage(Object source) {
			return (CompletionStage<?>) source;
		}

	}

}
