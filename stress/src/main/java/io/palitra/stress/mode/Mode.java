package io.palitra.stress.mode;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The kinds of fault that a soak can be about.
 */
public enum Mode {

	/**
	 * Permits held by work that nobody can end, while the runner is stopped, started and
	 * closed.
	 */
	PERMITS(PermitLoad::new),

	/**
	 * Recursions without end that make a call at each level.
	 */
	STACKS(StackLoad::new),

	/**
	 * Pools that hand something out while the deadline strikes.
	 */
	POOLS(PoolLoad::new),

	/**
	 * Tasks that start on executors which wait, refuse, run in place or end.
	 */
	EXECUTORS(ExecutorLoad::new),

	/**
	 * Stages and exceptions that throw from what is asked of them, and outcomes that are
	 * obtruded.
	 */
	HOSTILE(HostileLoad::new),

	/**
	 * Publishers that break the rules of Reactive Streams.
	 */
	PUBLISHERS(PublisherLoad::new),

	/**
	 * Calls inside calls, on runners with one permit or two.
	 */
	NESTED(NestedLoad::new),

	/**
	 * Chains of works that are given up somewhere.
	 */
	CHAINS(ChainLoad::new);

	private final Supplier<Load> load;

	Mode(Supplier<Load> load) {
		this.load = load;
	}

	Load load() {
		return this.load.get();
	}

	/**
	 * Returns the mode of a name, in lower case.
	 * @throws IllegalArgumentException if there is none, with those that there are
	 */
	public static Mode of(String name) {
		return Arrays.stream(values())
			.filter((mode) -> mode.toString().equals(name))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("Unknown mode '" + name + "'; known are mixed, "
					+ Arrays.stream(values()).map(Mode::toString).collect(Collectors.joining(", "))));
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
