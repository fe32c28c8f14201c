package io.palitra.internal.facade;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.palitra.RunOptions;
import io.palitra.spi.AsyncAdapter;

/**
 * Finds for each method of a face the method of the target that answers it, and refuses a
 * face that does not fit.
 */
final class Router {

	private final Class<?> face;

	private final Class<?> target;

	private final Adapters adapters;

	private final Types faceTypes;

	private final Types targetTypes;

	Router(Class<?> face, Class<?> target, Adapters adapters) {
		this.face = face;
		this.target = target;
		this.adapters = adapters;
		this.faceTypes = new Types(face);
		this.targetTypes = new Types(target);
	}

	/**
	 * Returns the routes of all methods.
	 * @throws IllegalArgumentException if there are methods that do not fit
	 */
	Map<Method, Route> routes() {
		Map<Method, Route> routes = new HashMap<>();
		List<String> misfits = new ArrayList<>();
		for (Method method : this.face.getMethods()) {
			if (Modifier.isStatic(method.getModifiers())) {
				continue;
			}
			try {
				routes.put(method, routeOf(method));
			}
			catch (IllegalArgumentException ex) {
				misfits.add("\n\t" + method.toGenericString() + ": " + ex.getMessage());
			}
		}
		if (!misfits.isEmpty()) {
			throw new IllegalArgumentException(this.face.getName() + " cannot be the blocking face of "
					+ this.target.getName() + ":" + String.join("", misfits));
		}
		return routes;
	}

	private Route routeOf(Method method) {
		Class<?>[] parameters = Arrays.stream(method.getGenericParameterTypes())
			.map(this.faceTypes::erase)
			.toArray(Class<?>[]::new);
		Class<?> wanted = this.faceTypes.erase(method.getGenericReturnType());
		Method found = find(method, parameters);
		if (found == null) {
			if (method.isDefault()) {
				return new Route(method, Route.Kind.DEFAULT, wanted, null, defaultOf(method), RunOptions.defaults());
			}
			throw new IllegalArgumentException(whyNotFound(method.getName(), parameters));
		}
		RunOptions options = RunOptions.defaults().name(this.face.getSimpleName() + "." + method.getName());
		Type had = returnType(found);
		AsyncAdapter adapter = this.adapters.find(this.targetTypes.erase(had), wanted);
		if (adapter == null) {
			fit(wanted, found.getReturnType());
			return new Route(found, Route.Kind.PLAIN, wanted, null, null, options);
		}
		Class<?> result = adapter.resultType(had);
		boolean wrapped = wanted == Optional.class && result != Optional.class;
		fit(wrapped ? Types.argument(this.faceTypes.resolve(method.getGenericReturnType())) : wanted, result);
		return new Route(found, Route.Kind.ASYNCHRONOUS, wanted, adapter, null, options);
	}

	private @Nullable Method find(Method method, Class<?>[] parameters) {
		Method found = find(this.target, method.getName(), parameters);
		if (found == null && !Arrays.equals(parameters, method.getParameterTypes())) {
			found = find(this.target, method.getName(), method.getParameterTypes());
		}
		return (found != null) ? found : findGeneric(method.getName(), parameters);
	}

	/**
	 * Finds what a generic class has made of the parameters, if only one method can be
	 * meant.
	 */
	private @Nullable Method findGeneric(String name, Class<?>[] parameters) {
		List<Method> candidates = new ArrayList<>();
		for (Method method : this.target.getMethods()) {
			if (method.getName().equals(name) && !method.isBridge() && takes(method.getParameterTypes(), parameters)) {
				candidates.add(method);
			}
		}
		return (candidates.size() == 1) ? find(this.target, name, candidates.get(0).getParameterTypes()) : null;
	}

	private static boolean takes(Class<?>[] declared, Class<?>[] given) {
		boolean takes = declared.length == given.length;
		for (int i = 0; takes && i < given.length; i++) {
			takes = declared[i].isAssignableFrom(given[i]);
		}
		return takes;
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

	/**
	 * Returns what is known of a method's return type. The class of a proxy only knows
	 * what remains of it at run time; what it implements or extends knows more, whether
	 * it can be called or not.
	 */
	private Type returnType(Method method) {
		Type best = this.targetTypes.resolve(method.getGenericReturnType());
		List<Class<?>> ancestors = new ArrayList<>(List.of(this.target));
		for (int i = 0; i < ancestors.size(); i++) {
			Class<?> type = ancestors.get(i);
			if (type.getSuperclass() != null) {
				ancestors.add(type.getSuperclass());
			}
			ancestors.addAll(Arrays.asList(type.getInterfaces()));
			for (Method declared : type.getDeclaredMethods()) {
				if (declared.getName().equals(method.getName()) && !Modifier.isPrivate(declared.getModifiers())
						&& Arrays.equals(declared.getParameterTypes(), method.getParameterTypes())) {
					best = moreSpecific(best, this.targetTypes.resolve(declared.getGenericReturnType()));
				}
			}
		}
		return best;
	}

	private Type moreSpecific(Type best, Type other) {
		Class<?> had = this.targetTypes.erase(best);
		Class<?> more = this.targetTypes.erase(other);
		if (had != more) {
			return had.isAssignableFrom(more) ? other : best;
		}
		boolean known = best instanceof ParameterizedType && Types.argument(best) != Object.class;
		return (!known && other instanceof ParameterizedType) ? other : best;
	}

	private String whyNotFound(String name, Class<?>[] parameters) {
		Class<?> type = this.target;
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
		Module own = Router.class.getModule();
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

}
