package io.palitra.spring.http;

import java.lang.StackWalker.StackFrame;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.SpringProxy;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.StringValueResolver;
import org.springframework.web.service.annotation.HttpExchange;

/**
 * Finds the method of the HTTP interface that is being called. An adapter is told what to
 * request and not by which method, so this looks for the interface's proxy among the
 * latest frames of the stack. That works on all versions of Spring Framework, needs
 * nothing but the adapter, and knows the interface also where the method is inherited.
 */
final class ServiceMethods {

	/**
	 * Far more than Spring Framework and a few decorators have between the proxy and the
	 * adapter.
	 */
	private static final int DEPTH = 64;

	private static final StackWalker stack = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

	private final Map<Called, Optional<ServiceMethod>> known = new ConcurrentHashMap<>();

	private final ReactiveAdapterRegistry reactiveTypes;

	private final StringValueResolver values;

	ServiceMethods(ReactiveAdapterRegistry reactiveTypes, StringValueResolver values) {
		this.reactiveTypes = reactiveTypes;
		this.values = values;
	}

	/**
	 * Reads all methods of an interface, so that what is wrong with one is known before
	 * it is called.
	 * @throws IllegalArgumentException if the timeout of one is none
	 */
	void verify(Class<?> service) {
		MethodIntrospector.selectMethods(service, ServiceMethods::isExchange)
			.forEach((method) -> read(service, method));
	}

	/**
	 * Returns what the current thread is calling.
	 * @return the method, {@code null} if it is called in some other way
	 */
	@Nullable ServiceMethod current() {
		return stack.walk((frames) -> frames.limit(DEPTH)
			.filter((frame) -> SpringProxy.class.isAssignableFrom(frame.getDeclaringClass()))
			.map(this::called)
			.filter(Objects::nonNull)
			.findFirst()
			.orElse(null));
	}

	private @Nullable ServiceMethod called(StackFrame frame) {
		Called called = new Called(frame.getDeclaringClass(), frame.getMethodName(), frame.getDescriptor());
		return this.known.computeIfAbsent(called, (key) -> find(frame)).orElse(null);
	}

	private Optional<ServiceMethod> find(StackFrame frame) {
		for (Class<?> service : frame.getDeclaringClass().getInterfaces()) {
			Method method = find(service, frame);
			if (method != null && isExchange(method)) {
				return Optional.of(read(service, method));
			}
		}
		return Optional.empty();
	}

	private static @Nullable Method find(Class<?> service, StackFrame frame) {
		try {
			// Needs no hint but that which Spring Framework gives for each such method
			return service.getMethod(frame.getMethodName(), frame.getMethodType().parameterArray());
		}
		catch (NoSuchMethodException ex) {
			return null;
		}
	}

	private ServiceMethod read(Class<?> service, Method method) {
		return ServiceMethod.of(service, method, this.reactiveTypes, this.values);
	}

	private static boolean isExchange(Method method) {
		return AnnotatedElementUtils.hasAnnotation(method, HttpExchange.class);
	}

	/**
	 * What was called. By the descriptor, as to make a type of that for each call would
	 * cost more than all the rest.
	 */
	private record Called(Class<?> proxy, String method, String descriptor) {

	}

}
