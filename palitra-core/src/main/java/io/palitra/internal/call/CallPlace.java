package io.palitra.internal.call;

import java.lang.StackWalker.StackFrame;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.loop.Names;

/**
 * Where in the code a call was made, which names a task that was given no name. Read from
 * the stack of the thread that waits, and only when somebody asks: a call that nobody
 * asks about pays nothing.
 */
public final class CallPlace {

	private static final StackWalker STACK = StackWalker.getInstance();

	private static final String RUNNER = "io.palitra.EventLoopThreadRunner";

	/**
	 * As long as a name may be.
	 */
	private static final int MOST_CHARACTERS = 200;

	private static final String HOPS = Hops.class.getName();

	private static final Set<String> OWN_CLASSES = Set.of(RUNNER, "io.palitra.Palitra", "io.palitra.RunCallSite",
			"io.palitra.BlockingTasks", "io.palitra.CallbackTasks", "io.palitra.PublisherTasks",
			"io.palitra.jfr.CallEvent", "io.palitra.jfr.JfrRunListener", "io.palitra.kotlin.RunCoroutine",
			"io.palitra.kotlin.RunSuspendingKt", "io.palitra.reactor.ReactorTasks",
			"io.palitra.spring.http.BlockingMono", "io.palitra.spring.http.RunnerHttpExchangeAdapter",
			"io.palitra.spring.http.ServiceMethod");

	/**
	 * Proxies are those of faces.
	 */
	private static final String[] OWN_PACKAGES = { "io.palitra.internal.", "jdk.proxy" };

	/**
	 * What a caller may reach a runner by, such as {@code Optional.map(runner::run)} or
	 * an HTTP interface of Spring's.
	 */
	private static final String[] LIBRARIES = { "java.", "jdk.", "kotlin.", "reactor.core.", "org.springframework.aop.",
			"org.springframework.web.service." };

	/**
	 * What compilers make of the name of the method that a lambda is in.
	 */
	private static final Pattern LAMBDA = Pattern.compile("(?:lambda\\$)+([^$]+)\\$\\d+|(.+?)\\$lambda\\$.*");

	private CallPlace() {
	}

	/**
	 * Returns whether a class is one that callers reach the inside by.
	 */
	public static boolean isOwn(String className) {
		return OWN_CLASSES.contains(outermost(className)) || startsWith(className, OWN_PACKAGES);
	}

	/**
	 * Returns where the current thread has made the call that it is in.
	 * @return the class and method, {@code null} if that cannot be told
	 */
	public static @Nullable String ofCurrentThread() {
		Frame found = STACK.walk((frames) -> find(frames.map(CallPlace::frame), false));
		return (found != null) ? found.text() : null;
	}

	/**
	 * Returns the same to the line, as a stack trace would name it.
	 */
	public static @Nullable String lineOfCurrentThread() {
		Frame found = STACK.walk((frames) -> find(frames.map(CallPlace::frame), false));
		return (found != null) ? found.type() + "." + found.method() + ":" + found.line() : null;
	}

	/**
	 * Returns where a thread has made the call that it is in.
	 * @param hopping whether it runs a command for that call, and may have made others
	 * meanwhile
	 * @return the class and method, {@code null} if that cannot be told
	 */
	static @Nullable String of(Thread thread, boolean hopping) {
		Frame found = find(Stream.of(thread.getStackTrace()).map(CallPlace::frame), hopping);
		return (found != null) ? found.text() : null;
	}

	private static Frame frame(StackFrame frame) {
		return new Frame(frame.getClassName(), frame.getMethodName(), frame.getLineNumber());
	}

	private static Frame frame(StackTraceElement frame) {
		return new Frame(frame.getClassName(), frame.getMethodName(), frame.getLineNumber());
	}

	/**
	 * Finds the first that has called a runner. Not the first that is not the runner's:
	 * the call may be asked about by a listener that it calls.
	 */
	private static @Nullable Frame find(Stream<Frame> stack, boolean hopping) {
		boolean below = !hopping;
		boolean called = false;
		Iterable<Frame> frames = stack::iterator;
		for (Frame frame : frames) {
			if (!below) {
				below = frame.type().equals(HOPS);
			}
			else if (isOwn(frame.type())) {
				called |= frame.type().equals(RUNNER) && !frame.method().equals("snapshot");
			}
			else if (called && !startsWith(frame.type(), LIBRARIES)) {
				return frame;
			}
		}
		return null;
	}

	private static boolean startsWith(String name, String[] prefixes) {
		for (String prefix : prefixes) {
			if (name.startsWith(prefix)) {
				return true;
			}
		}
		return false;
	}

	private static String outermost(String className) {
		int nested = className.indexOf('$');
		return (nested >= 0) ? className.substring(0, nested) : className;
	}

	/**
	 * Returns the name of a class without its package and what was generated of it.
	 */
	static String simpleName(String className) {
		int generated = className.indexOf("$$");
		int end = (generated >= 0) ? generated : className.length();
		return className.substring(className.lastIndexOf('.', end - 1) + 1, end);
	}

	private record Frame(String type, String method, int line) {

		String text() {
			Matcher lambda = LAMBDA.matcher(method());
			String method = !lambda.matches() ? method()
					: (lambda.group(1) != null) ? lambda.group(1) : lambda.group(2);
			String text = Names.escape(simpleName(type()) + "." + method);
			return text.substring(0, Math.min(text.length(), MOST_CHARACTERS));
		}

	}

}
