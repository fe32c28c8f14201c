package io.palitra.test;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunnerSnapshot;

/**
 * Gives each test a runner of its own, closes it, and fails the test if that has left
 * calls in flight.
 *
 * <pre class="code">
 * &#64;ExtendWith(RunnerExtension.class)
 * class ExchangeServiceTests {
 *
 *     &#64;Test
 *     void price(EventLoopThreadRunner runner) {
 *         ExchangeService service = new ExchangeService(runner, (currency) -&gt; CompletableFuture.completedFuture(42));
 *         assertThat(service.price("EUR")).isEqualTo("42 EUR");
 *     }
 *
 * }
 * </pre>
 *
 * The constructor, the {@code @BeforeEach} and {@code @AfterEach} methods and the method
 * of one test get the same runner, made when the first of them asks for it. Where
 * {@code @BeforeAll} or, with one instance for all tests, the constructor asks for it,
 * all tests of the class share that one, and it is looked at when the last has ended.
 * <p>
 * A runner with other settings is made by an extension in a field:
 *
 * <pre class="code">
 * &#64;RegisterExtension
 * static final RunnerExtension runners = RunnerExtension.with((runner) -&gt; runner.timeout(Duration.ofSeconds(2)));
 * </pre>
 *
 * A call is left in flight if its work has not ended one second after the test: a task
 * that nobody waits for any more, handed over with {@code submit} or given up at its
 * timeout, whose stage was neither completed nor heeded its cancellation. The failure
 * names each. The runner is closed without grace.
 */
public final class RunnerExtension implements ParameterResolver, AfterEachCallback, AfterAllCallback {

	private static final Namespace NAMESPACE = Namespace.create(RunnerExtension.class);

	/**
	 * What has just been completed or cancelled may take until the loop, or another
	 * thread, has come to it.
	 */
	private static final long JUST_ENDING = TimeUnit.SECONDS.toNanos(1);

	private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(1);

	private final Consumer<EventLoopThreadRunner.Builder> settings;

	/**
	 * Creates an extension whose runners have the default settings.
	 */
	public RunnerExtension() {
		this((builder) -> {
		});
	}

	private RunnerExtension(Consumer<EventLoopThreadRunner.Builder> settings) {
		this.settings = settings;
	}

	/**
	 * Creates an extension whose runners have the given settings.
	 * @param settings sets what is to be otherwise than by default, called for each
	 * runner
	 * @return an extension for a field with {@code @RegisterExtension}
	 * @throws NullPointerException if {@code settings} is {@code null}
	 */
	public static RunnerExtension with(Consumer<EventLoopThreadRunner.Builder> settings) {
		return new RunnerExtension(Objects.requireNonNull(settings, "settings"));
	}

	/**
	 * Has the constructor of a test class get the runner of the test that the instance is
	 * for, rather than one for the class.
	 * @param rootContext not used
	 * @return the scope of the test method
	 */
	@Override
	public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
		return ExtensionContextScope.TEST_METHOD;
	}

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		return parameter.getParameter().getType() == EventLoopThreadRunner.class;
	}

	@Override
	public EventLoopThreadRunner resolveParameter(ParameterContext parameter, ExtensionContext context) {
		Store store = context.getStore(NAMESPACE);
		// Also finds that of the class
		EventLoopThreadRunner runner = store.get(EventLoopThreadRunner.class, EventLoopThreadRunner.class);
		if (runner == null) {
			EventLoopThreadRunner.Builder builder = EventLoopThreadRunner.builder();
			this.settings.accept(builder);
			runner = builder.build();
			store.put(EventLoopThreadRunner.class, runner);
		}
		return runner;
	}

	@Override
	public void afterEach(ExtensionContext context) {
		close(context);
	}

	@Override
	public void afterAll(ExtensionContext context) {
		close(context);
	}

	private static void close(ExtensionContext context) {
		// Takes away only what this very test, or class, has made
		EventLoopThreadRunner runner = context.getStore(NAMESPACE)
			.remove(EventLoopThreadRunner.class, EventLoopThreadRunner.class);
		if (runner == null) {
			return;
		}
		RunnerSnapshot left = whatIsLeft(runner);
		runner.close(Duration.ZERO);
		if (!isIdle(left)) {
			throw new AssertionError(context.getDisplayName() + " has left " + (left.pending() + left.active())
					+ " call(s) in flight on runner \"" + runner.getName() + "\": "
					+ left.calls().stream().map(RunnerExtension::describe).collect(Collectors.joining(", "))
					+ ". Complete or cancel what a test starts before it ends");
		}
	}

	private static RunnerSnapshot whatIsLeft(EventLoopThreadRunner runner) {
		long begin = System.nanoTime();
		RunnerSnapshot snapshot = runner.snapshot();
		while (!isIdle(snapshot) && System.nanoTime() - begin < JUST_ENDING) {
			LockSupport.parkNanos(LOOK);
			snapshot = runner.snapshot();
		}
		return snapshot;
	}

	private static boolean isIdle(RunnerSnapshot snapshot) {
		return snapshot.pending() == 0 && snapshot.active() == 0;
	}

	private static String describe(RunnerSnapshot.Call call) {
		return "\"" + call.taskName() + "\" (" + call.phase() + ", " + ((call.ownerThreadName() != null)
				? "thread \"" + call.ownerThreadName() + "\" waits for it" : "nobody waits for it") + ")";
	}

}
