package io.palitra.spring.boot.autoconfigure.aot;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.util.ClassUtils;

/**
 * {@link RuntimeHintsRegistrar} for what the core asks Netty by name, to know its event
 * loops: without it, a native image would take them for threads that may block.
 */
final class NettyRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		registerMethod(hints, classLoader, "io.netty.util.internal.InternalThreadLocalMap", "getIfSet");
		registerMethod(hints, classLoader, "io.netty.util.internal.ThreadExecutorMap", "currentExecutor");
		for (String type : List.of("io.netty.util.concurrent.EventExecutor", "io.netty.channel.EventLoop")) {
			hints.reflection().registerTypeIfPresent(classLoader, type, (hint) -> {
			});
		}
	}

	private static void registerMethod(RuntimeHints hints, @Nullable ClassLoader classLoader, String type,
			String method) {
		if (ClassUtils.isPresent(type, classLoader)) {
			hints.reflection()
				.registerType(TypeReference.of(type),
						(hint) -> hint.withMethod(method, List.of(), ExecutableMode.INVOKE));
		}
	}

}
