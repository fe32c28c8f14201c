package io.palitra.spring.boot.autoconfigure.endpoint;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunPhase;
import io.palitra.RunnerSnapshot;
import io.palitra.RunnerState;
import io.palitra.spring.boot.autoconfigure.EventLoopThreadRunners;

/**
 * {@link Endpoint} that shows what the runners do. Names of tasks and threads and the
 * places in the code are all that it tells of a call: neither arguments nor results nor
 * messages of exceptions.
 */
@Endpoint(id = "palitra")
public final class PalitraEndpoint {

	private final ConfigurableListableBeanFactory beanFactory;

	PalitraEndpoint(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * Shows all runners.
	 * @return the runners
	 */
	@ReadOperation
	public Runners runners() {
		Map<String, Runner> runners = new LinkedHashMap<>();
		EventLoopThreadRunners.of(this.beanFactory).forEach((name, runner) -> runners.put(name, describe(runner)));
		return new Runners(runners);
	}

	/**
	 * Shows one runner.
	 * @param name the runner's name
	 * @return the runner, {@code null} if there is none of that name
	 */
	@ReadOperation
	public @Nullable Runner runner(@Selector String name) {
		EventLoopThreadRunner runner = EventLoopThreadRunners.of(this.beanFactory).get(name);
		return (runner != null) ? describe(runner) : null;
	}

	private static Runner describe(EventLoopThreadRunner runner) {
		RunnerSnapshot snapshot = runner.snapshot();
		Instant now = Instant.now();
		return new Runner(snapshot.state(), snapshot.threadName(), snapshot.pending(), snapshot.active(),
				snapshot.waiting(), snapshot.abandoned(), snapshot.submitted(), snapshot.rejected(),
				snapshot.discarded(), snapshot.slow(), snapshot.lag().toString(), snapshot.busyTime().toString(),
				snapshot.heldFor().toString(), snapshot.stack().stream().map(StackTraceElement::toString).toList(),
				snapshot.calls().stream().map((call) -> describe(call, now)).toList());
	}

	private static Call describe(RunnerSnapshot.Call call, Instant now) {
		Duration remaining = call.remaining();
		return new Call(call.taskName(), call.phase(), call.age().toString(), call.ownerThreadName(),
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
	 * @param calls the calls in flight, the oldest first
	 */
	public record Runner(RunnerState state, String thread, int pending, int active, int waiting, int abandoned,
			long submitted, long rejected, long discarded, long slow, String lag, String busyTime, String heldFor,
			List<String> stack, List<Call> calls) implements OperationResponseBody {
	}

	/**
	 * Description of a call in flight. Times are in the ISO 8601 format.
	 *
	 * @param task the name of the task
	 * @param phase where the call is
	 * @param age the time since the call
	 * @param owner the name of the thread that waits, {@code null} if none does
	 * @param deadline when the call's time is up, {@code null} if it has no limit
	 * @param remaining the time until then, negative once it has passed
	 */
	public record Call(String task, RunPhase phase, String age, @Nullable String owner, @Nullable String deadline,
			@Nullable String remaining) {
	}

}
