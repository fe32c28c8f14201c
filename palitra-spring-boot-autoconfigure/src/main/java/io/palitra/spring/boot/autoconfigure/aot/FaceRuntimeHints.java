package io.palitra.spring.boot.autoconfigure.aot;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;

import io.palitra.EventLoopThreadRunner;

/**
 * Registers what a native image has to know of a synchronous face that
 * {@link EventLoopThreadRunner#blocking(Class, Object)} makes. Nothing of an application
 * tells ahead of time which faces it makes, so it says so itself:
 *
 * <pre>{@code
 * class Hints implements RuntimeHintsRegistrar {
 *     public void registerHints(RuntimeHints hints, ClassLoader classLoader) {
 *         FaceRuntimeHints.register(hints, UserService.class, AsyncUserService.class);
 *     }
 * }
 * }</pre>
 *
 * and a configuration has {@code @ImportRuntimeHints(Hints.class)}.
 */
public final class FaceRuntimeHints {

	private FaceRuntimeHints() {
	}

	/**
	 * Registers a face and what is behind it.
	 * @param hints where to register them
	 * @param face the interface that callers use
	 * @param asyncTarget the class of the asynchronous object, or the interface that it
	 * is a proxy of
	 * @throws IllegalArgumentException if {@code face} is not an interface
	 */
	public static void register(RuntimeHints hints, Class<?> face, Class<?> asyncTarget) {
		if (!face.isInterface()) {
			throw new IllegalArgumentException("face must be an interface but was " + face.getName());
		}
		hints.proxies().registerJdkProxy(face);
		registerMethods(hints, face);
		registerMethods(hints, asyncTarget);
	}

	/**
	 * Also of what a type inherits from: a method is called where its declaration is
	 * accessible.
	 */
	private static void registerMethods(RuntimeHints hints, @Nullable Class<?> type) {
		if (type != null) {
			hints.reflection().registerType(type, MemberCategory.INVOKE_PUBLIC_METHODS);
			registerMethods(hints, type.getSuperclass());
			for (Class<?> parent : type.getInterfaces()) {
				registerMethods(hints, parent);
			}
		}
	}

}
