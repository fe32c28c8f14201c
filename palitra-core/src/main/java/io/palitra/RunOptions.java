package io.palitra;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

/**
 * What one call wants otherwise than its runner's settings. Immutable: every method
 * returns a new instance, so that a constant can be shared by all threads.
 *
 * <pre>{@code
 * private static final RunOptions LOAD_USER = RunOptions.defaults()
 *     .name("load-user")
 *     .timeout(Duration.ofSeconds(2));
 * }</pre>
 */
public final class RunOptions {

	private static final RunOptions DEFAULTS = new RunOptions(null, null, null, 0, false);

	private final @Nullable String name;

	private final @Nullable Duration timeout;

	private final @Nullable Executor startOn;

	private final int maxConcurrency;

	private final boolean longRunning;

	private RunOptions(@Nullable String name, @Nullable Duration timeout, @Nullable Executor startOn,
			int maxConcurrency, boolean longRunning) {
		this.name = name;
		this.timeout = timeout;
		this.startOn = startOn;
		this.maxConcurrency = maxConcurrency;
		this.longRunning = longRunning;
	}

	/**
	 * Returns options that change nothing: the runner's timeout, its place to start tasks
	 * on, all children of a {@code gather} at once.
	 * @return the default options
	 */
	public static RunOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * Names the task in exceptions, logs and snapshots. Without it a task is named after
	 * the place of the call, such as {@code CommentController.comments}, which is looked
	 * up only when somebody asks for it; one that is submitted after the class that wrote
	 * it.
	 * @param name the name, a constant rather than data: not blank, no control
	 * characters, at most 200 characters
	 * @return new options
	 * @throws NullPointerException if {@code name} is {@code null}
	 * @throws IllegalArgumentException if {@code name} is blank, too long, or could break
	 * a log line
	 */
	public RunOptions name(String name) {
		return new RunOptions(Checks.name("task name", name), this.timeout, this.startOn, this.maxConcurrency,
				this.longRunning);
	}

	/**
	 * Limits the time from the call to its result, whatever it is spent on (rule C4).
	 * @param timeout the limit, positive, with the precision of a nanosecond;
	 * {@code ChronoUnit.FOREVER.getDuration()} for no limit on a runner that has one
	 * @return new options
	 * @throws NullPointerException if {@code timeout} is {@code null}
	 * @throws IllegalArgumentException if {@code timeout} is zero or negative
	 */
	public RunOptions timeout(Duration timeout) {
		return new RunOptions(this.name, Checks.positive("timeout", timeout), this.startOn, this.maxConcurrency,
				this.longRunning);
	}

	/**
	 * Has the task called elsewhere than the runner's setting says (rule C1):
	 * {@link StartOn#caller()} for in place, {@link StartOn#virtualThreads()} or another
	 * executor with threads for it where the task blocks before it returns its stage,
	 * {@code runner.getLoop()} for the loop. The children of a {@code gather} and of
	 * {@code fork} are called there, too.
	 * @param startOn calls the task
	 * @return new options
	 * @throws NullPointerException if {@code startOn} is {@code null}
	 * @see EventLoopThreadRunner.Builder#startOn(Executor)
	 */
	public RunOptions startOn(Executor startOn) {
		return new RunOptions(this.name, this.timeout, Objects.requireNonNull(startOn, "startOn"), this.maxConcurrency,
				this.longRunning);
	}

	/**
	 * Limits how many children of one {@code gather} run at the same time (rule C14).
	 * Other calls ignore it.
	 * @param maxConcurrency the most children that run at once, at least 1
	 * @return new options
	 * @throws IllegalArgumentException if {@code maxConcurrency} is less than 1
	 */
	public RunOptions maxConcurrency(int maxConcurrency) {
		Checks.atLeastOne("maxConcurrency", maxConcurrency, "to start all children at once");
		return new RunOptions(this.name, this.timeout, this.startOn, maxConcurrency, this.longRunning);
	}

	/**
	 * Says that the call is meant to take long: the thread that waits does not report it
	 * (rule C18).
	 * @return new options
	 */
	public RunOptions longRunning() {
		return new RunOptions(this.name, this.timeout, this.startOn, this.maxConcurrency, true);
	}

	/**
	 * Returns the name of the task.
	 * @return the name, empty if none was given
	 */
	public Optional<String> name() {
		return Optional.ofNullable(this.name);
	}

	/**
	 * Returns the limit of this call.
	 * @return the limit, empty for that of the runner
	 */
	public Optional<Duration> timeout() {
		return Optional.ofNullable(this.timeout);
	}

	/**
	 * Returns what calls the task.
	 * @return the executor, empty for what the runner's setting says
	 */
	public Optional<Executor> startOn() {
		return Optional.ofNullable(this.startOn);
	}

	/**
	 * Returns how many children of a {@code gather} run at once.
	 * @return the bound, empty for all
	 */
	public OptionalInt maxConcurrency() {
		return (this.maxConcurrency > 0) ? OptionalInt.of(this.maxConcurrency) : OptionalInt.empty();
	}

	/**
	 * Returns whether the call is meant to take long.
	 * @return whether it is not reported
	 */
	public boolean isLongRunning() {
		return this.longRunning;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof RunOptions that && Objects.equals(this.name, that.name)
				&& Objects.equals(this.timeout, that.timeout) && Objects.equals(this.startOn, that.startOn)
				&& this.maxConcurrency == that.maxConcurrency && this.longRunning == that.longRunning;
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.name, this.timeout, this.startOn, this.maxConcurrency, this.longRunning);
	}

	@Override
	public String toString() {
		return "RunOptions[name=" + this.name + ", timeout=" + this.timeout + ", startOn=" + this.startOn
				+ ", maxConcurrency=" + this.maxConcurrency + ", longRunning=" + this.longRunning + "]";
	}

}
