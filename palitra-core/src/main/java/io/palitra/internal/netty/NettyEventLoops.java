package io.palitra.internal.netty;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.palitra.spi.BlockingDetector;

/**
 * Knows the threads that run an event loop of Netty, and so those of the many clients
 * that have Netty inside, also under another package.
 * <p>
 * Asks Netty which executor the current thread runs. The class or the name of a thread
 * would not tell: Netty's thread factory also serves ordinary pools, and a loop may run
 * on any thread. Executors that are no event loops are Netty's own place for handlers
 * that block.
 */
public final class NettyEventLoops implements BlockingDetector {

	private static final Lookup LOOKUP = MethodHandles.publicLookup();

	private static final MethodHandle NONE = MethodHandles.constant(boolean.class, false);

	private static final String NETTYS_THREAD = "io.netty.util.concurrent.FastThreadLocalThread";

	/**
	 * Asks the Netty that belongs to a class of threads, {@code null} if none does. Holds
	 * nothing but what that Netty's class loader holds, so that classes of threads, which
	 * may live longer than this class, keep no application in memory.
	 */
	private static final ClassValue<@Nullable MethodHandle> OF_THREADS = new ClassValue<>() {

		@Override
		protected @Nullable MethodHandle computeValue(Class<?> type) {
			for (Class<?> thread = type; thread != Thread.class; thread = thread.getSuperclass()) {
				if (thread.getName().endsWith(NETTYS_THREAD)) {
					String prefix = thread.getName().substring(0, thread.getName().length() - NETTYS_THREAD.length());
					return question(prefix, thread.getClassLoader());
				}
				if (thread.getName().equals("java.lang.BaseVirtualThread")) {
					// Runs no loop, and may be too short-lived for another thread-local.
					return NONE;
				}
			}
			return null;
		}

	};

	@Override
	public boolean mustNotBlock(Thread thread) {
		MethodHandle question = OF_THREADS.get(thread.getClass());
		try {
			// Apart: one that is a constant costs nothing.
			return (question != null) ? (boolean) question.invokeExact() : (boolean) OnClassPath.QUESTION.invokeExact();
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Returns a handle that tells whether the current thread runs an event loop. It looks
	 * first whether Netty has thread-locals there, as asking for the executor would
	 * create them.
	 */
	private static MethodHandle question(String prefix, @Nullable ClassLoader loader) {
		try {
			Class<?> locals = Class.forName(prefix + "io.netty.util.internal.InternalThreadLocalMap", false, loader);
			Class<?> executors = Class.forName(prefix + "io.netty.util.internal.ThreadExecutorMap", false, loader);
			Class<?> executor = Class.forName(prefix + "io.netty.util.concurrent.EventExecutor", false, loader);
			Class<?> loop = Class.forName(prefix + "io.netty.channel.EventLoop", false, loader);
			MethodHandle nonNull = LOOKUP.findStatic(Objects.class, "nonNull",
					MethodType.methodType(boolean.class, Object.class));
			MethodHandle isLoop = LOOKUP.bind(loop, "isInstance", MethodType.methodType(boolean.class, Object.class));
			return MethodHandles.guardWithTest(
					answer(LOOKUP.findStatic(locals, "getIfSet", MethodType.methodType(locals)), nonNull),
					answer(LOOKUP.findStatic(executors, "currentExecutor", MethodType.methodType(executor)), isLoop),
					NONE);
		}
		catch (ReflectiveOperationException | LinkageError ex) {
			// There is no Netty, or none with event loops, or one that cannot be asked.
			return NONE;
		}
	}

	private static MethodHandle answer(MethodHandle question, MethodHandle test) {
		return MethodHandles.filterReturnValue(question,
				test.asType(MethodType.methodType(boolean.class, question.type().returnType())));
	}

	/**
	 * Asks the Netty on the class path, whatever the thread. Loading it takes some 20 ms,
	 * which no start of an application needs to wait for.
	 */
	private static final class OnClassPath {

		private static final MethodHandle QUESTION = question("", NettyEventLoops.class.getClassLoader());

	}

}
