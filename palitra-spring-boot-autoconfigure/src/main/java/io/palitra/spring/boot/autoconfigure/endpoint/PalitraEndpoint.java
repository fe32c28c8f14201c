package io.palitra.spring.boot.autoconfigure.endpoint;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

import io.palitra.EventLoopThreadRunner;
import io.palitra.NestedRuns;
import io.palitra.OverloadPolicy;
import io.palitra.RunPhase;
import io.palitra.RunnerSnapshot;
import io.palitra.RunnerState;
import io.palitra.WaitStrategy;
import io.palitra.spring.boot.autoconfigure.EventLoopThreadRunners;
import io.palitra.spring.boot.autoconfigure.PalitraProperties;

/**
 * {@link Endpoint} that shows what the runners do. Names of tasks and threads and the
 * places in the code are all that it tells of a call: neither arguments nor results nor
 * messages of exceptions.
 */
@Endpoint(id = "palitra")
public final class PalitraEndpoint {

	/**
	 * What fits a page and is made in no time, however many calls there are.
	 */
	private static final int DEFAULT_CALLS = 100;

	private final ConfigurableListableBeanFactory beanFactory;

	PalitraEndpoint(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * Shows all runners.
	 * @param calls how many calls in flight to show of each runner at most, 100 by
	 * default
	 * @return the runners
	 */
	// Spring's own @Nullable is the only one that makes a parameter optional in Spring
	// Boot 3
	@ReadOperation
	@SuppressWarnings("deprecation")
	public Runners runners(@org.springframework.lang.Nullable @Nullable Integer calls) {
		int most = most(calls);
		Map<String, Runner> runners = new LinkedHashMap<>();
		EventLoopThreadRunners.of(this.beanFactory)
			.forEach((name, runner) -> runners.put(name, describe(runner, most)));
		return new Runners(runners);
	}

	/**
	 * Shows one runner.
	 * @param name the runner's name
	 * @param calls how many calls in flight to show at most, 100 by default
	 * @return the runner, {@code null} if there is none of that name
	 */
	@ReadOperation
	@SuppressWarnings("deprecation")
	public @Nullable Runner runner(@Selector String name, @org.springframework.lang.Nullable @Nullable Integer calls) {
		int most = most(calls);
		EventLoopThreadRunner runner = EventLoopThreadRunners.of(this.beanFactory).get(name);
		return (runner != null) ? describe(runner, most) : null;
	}

	private static int most(@Nullable Integer calls) {
		if (calls != null && calls < 0) {
			throw new InvalidEndpointRequestException("Parameter calls is " + calls + ", which is negative",
					"calls must be 0 or more: " + calls);
		}
		return (calls != null) ? calls : DEFAULT_CALLS;
	}

	private Runner describe(EventLoopThreadRunner runner, int calls) {
		RunnerSnapshot snapshot = runner.snapshot(calls);
		PalitraProperties.Runner properties = EventLoopThreadRunners.properties(this.beanFactory, runner);
		Instant now = Instant.now();
		return new Runner(snapshot.state(), snapshot.threadName(), snapshot.startOn(), number(snapshot.limit()),
				number(snapshot.permits()), snapshot.pending(), snapshot.active(), snapshot.waiting(),
				snapshot.abandoned(), snapshot.submitted(), snapshot.rejected(), snapshot.discarded(), snapshot.slow(),
				snapshot.lag().toString(), snapshot.busyTime().toString(), snapshot.heldFor().toString(),
				snapshot.stack().stream().map(StackTraceElement::toString).toList(),
				(properties != null) ? describe(properties) : null, snapshot.pending() + snapshot.active(),
				snapshot.calls().stream().map((call) -> describe(call, now)).toList());
	}

	private static @Nullable Integer number(OptionalInt number) {
		return number.isPresent() ? number.getAsInt() : null;
	}

	private static Settings describe(PalitraProperties.Runner properties) {
		return new Settings(properties.getTimeout().toString(), properties.getOverloadPolicy(),
				properties.getNestedRuns(), properties.getWaitStrategy(), properties.isPropagateContext(),
				properties.getSlowTaskThreshold().toString(), properties.getHangThreshold().toString(),
				properties.getShutdown().getGracePeriod().toString());
	}

	private static Call describe(RunnerSnapshot.Call call, Instant now) {
		Duration remaining = call.remaining();
		return new Call(call.taskName(), call.phase(), call.startOn(), call.age().toString(), call.ownerThreadName(),
				(remaining != null) ? now.plus(remaining).toString() : null,
				(remaining != null) ? remaining.toString() : null);
	}

	/**
	 * Description of all runners.
	 *
	 * @param runners the runners by name
	 */
	public record Runners(Map<String, Runner> runners) implements OperationResponseBody {
	}

	/**
	 * Description of a runner. Times are in the ISO 8601 format.
	 *
	 * @param state what the runner does
	 * @param thread the name of the loop's thread
	 * @param startOn where tasks are called that do not say otherwise: {@code loop},
	 * {@code caller}, {@code virtual-threads} or the class of an executor
	 * @param limit how many calls are admitted at once, {@code null} if there is no limit
	 * @param permits how many more would be admitted now, {@code null} if there is no
	 * limit
	 * @param pending how many calls have been submitted and not started
	 * @param active how many calls have been started and whose work has not ended
	 * @param waiting how many threads wait for a call
	 * @param abandoned how many of the active calls nobody waits for any more
	 * @param submitted how many calls have been made
	 * @param rejected how many of them were refused
	 * @param discarded how many results have come that nobody waited for any more
	 * @param slow how many callbacks have held the loop longer than the threshold
	 * @param lag for how long the first in the queue has waited for the loop
	 * @param busyTime how long the loop has been occupied in all
	 * @param heldFor for how long the loop has been held by what it runs now
	 * @param stack the stack of the loop's thread if it has been held for 100 ms or more
	 * @param settings what the properties say, {@code null} if the application has built
	 * the runner by itself
	 * @param inFlight how many calls there are
	 * @param calls the calls in flight, the oldest first, as many as were asked for
	 */
	public record Runner(RunnerState state, String thread, String startOn, @Nullable Integer limit,
			@Nullable Integer permits, int pending, int active, int waiting, int abandoned, long submitted,
			long rejected, long discarded, long slow, String lag, String busyTime, String heldFor, List<String> stack,
			@Nullable Settings settings, int inFlight, List<Call> calls) implements OperationResponseBody {
	}

	/**
	 * Description of the properties that a runner was built with, which customizers may
	 * have changed. Times are in the ISO 8601 format.
	 *
	 * @param timeout how long a caller waits unless it says otherwise, {@code PT0S} for
	 * no limit
	 * @param overloadPolicy what becomes of a call beyond the limit
	 * @param nestedRuns what becomes of a call on the runner's own loop
	 * @param waitStrategy how the loop and its callers wait for each other
	 * @param propagateContext whether the caller's context is carried to its work
	 * @param slowTaskThreshold how long a callback may hold the loop without being
	 * reported
	 * @param hangThreshold how long a caller may wait without being reported
	 * @param shutdownGracePeriod how long calls in flight have when the runner stops
	 */
	public record Settings(String timeout, OverloadPolicy overloadPolicy, NestedRuns nestedRuns,
			WaitStrategy waitStrategy, boolean propagateContext, String slowTaskThreshold, String hangThreshold,
			String shutdownGracePeriod) {
	}

	/**
	 * Description of a call in flight. Times are in the ISO 8601 format.
	 *
	 * @param task the name of the task
	 * @param phase where the call is
	 * @param startOn where the task is called, likewise
	 * @param age the time since the call
	 * @param owner the name of the thread that waits, {@code null} if none does
	 * @param deadline when the call's time is up, {@code null} if it has no limit
	 * @param remaining the time until then, negative once it has passed
	 */
	public record Call(String task, RunPhase phase, String startOn, String age, @Nullable String owner,
			@Nullable String deadline, @Nullable String remaining) {
	}

}
