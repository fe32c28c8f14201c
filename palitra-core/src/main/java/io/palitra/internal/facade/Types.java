package io.palitra.internal.facade;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What a class makes of the type variables of its ancestors: in
 * {@code interface Users extends Repository<User>} that of {@code Repository} is a
 * {@code User}.
 */
final class Types {

	private final Map<TypeVariable<?>, Type> arguments = new HashMap<>();

	Types(Class<?> type) {
		collect(type);
	}

	private void collect(Class<?> type) {
		Type superclass = type.getGenericSuperclass();
		if (superclass != null) {
			collectOf(superclass);
		}
		for (Type parent : type.getGenericInterfaces()) {
			collectOf(parent);
		}
	}

	private void collectOf(Type parent) {
		if (parent instanceof ParameterizedType parameterized) {
			TypeVariable<?>[] variables = rawType(parameterized).getTypeParameters();
			for (int i = 0; i < variables.length; i++) {
				this.arguments.put(variables[i], parameterized.getActualTypeArguments()[i]);
			}
		}
		collect((parent instanceof ParameterizedType parameterized) ? rawType(parameterized) : (Class<?>) parent);
	}

	/**
	 * Returns the class that remains of a type at run time.
	 */
	Class<?> erase(Type type) {
		if (type instanceof Class<?> known) {
			return known;
		}
		if (type instanceof ParameterizedType parameterized) {
			return rawType(parameterized);
		}
		if (type instanceof TypeVariable<?> variable) {
			return erase(this.arguments.getOrDefault(variable, variable.getBounds()[0]));
		}
		if (type instanceof GenericArrayType array) {
			return erase(array.getGenericComponentType()).arrayType();
		}
		return Object.class;
	}

	/**
	 * Returns a type with what is known of its variables in their place.
	 */
	Type resolve(Type type) {
		if (type instanceof TypeVariable<?> variable && this.arguments.containsKey(variable)) {
			return resolve(this.arguments.get(variable));
		}
		if (type instanceof ParameterizedType parameterized) {
			Type[] resolved = Arrays.stream(parameterized.getActualTypeArguments())
				.map(this::resolve)
				.toArray(Type[]::new);
			return new Resolved(parameterized.getRawType(), parameterized.getOwnerType(), resolved);
		}
		return type;
	}

	/**
	 * Returns the class of the only argument of a type, {@code Object} if that is not
	 * known.
	 */
	static Class<?> argument(Type type) {
		if (type instanceof ParameterizedType parameterized && parameterized.getActualTypeArguments().length == 1) {
			Type argument = parameterized.getActualTypeArguments()[0];
			if (argument instanceof Class<?> known) {
				return known;
			}
			if (argument instanceof ParameterizedType known) {
				return rawType(known);
			}
		}
		return Object.class;
	}

	private static Class<?> rawType(ParameterizedType type) {
		return (Class<?>) type.getRawType();
	}

	private record Resolved(Type getRawType, @Nullable Type getOwnerType,
			Type[] arguments) implements ParameterizedType {

		@Override
		public Type[] getActualTypeArguments() {
			return this.arguments.clone();
		}

	}

}
