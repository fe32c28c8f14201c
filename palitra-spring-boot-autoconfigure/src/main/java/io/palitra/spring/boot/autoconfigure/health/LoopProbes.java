package io.palitra.spring.boot.autoconfigure.health;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import io.palitra.EventLoopThreadRunner;

/**
 * Has the loops of several runners probed together: whoever asks for the first of them
 * sends probes to the others too, which answer while that one is waited for. Several
 * loops that do not answer so cost one timeout and not one each.
 */
final class LoopProbes {

	private final Collection<EventLoopThreadRunner> runners;

	private final Duration timeout;

	/**
	 * Probes that were sent along and that nobody has asked for yet.
	 */
	private final Map<EventLoopThreadRunner, LoopProbe> sentAlong = new ConcurrentHashMap<>();

	/**
	 * Creates probes.
	 * @param runners the runners that are asked about together
	 * @param timeout how long a loop may take to answer
	 */
	LoopProbes(Collection<EventLoopThreadRunner> runners, Duration timeout) {
		this.runners = runners;
		this.timeout = timeout;
	}

	Duration timeout() {
		return this.timeout;
	}

	/**
	 * Returns the probe of a runner, to be awaited once.
	 */
	LoopProbe take(EventLoopThreadRunner runner) {
		LoopProbe probe = unlessOld(this.sentAlong.remove(runner));
		if (probe != null) {
			return probe;
		}
		for (EventLoopThreadRunner other : this.runners) {
			if (other != runner) {
				this.sentAlong.compute(other, (key, sent) -> {
					LoopProbe usable = unlessOld(sent);
					return (usable != null) ? usable : new LoopProbe(key, this.timeout);
				});
			}
		}
		return new LoopProbe(runner, this.timeout);
	}

	private static @Nullable LoopProbe unlessOld(@Nullable LoopProbe probe) {
		if (probe == null || !probe.isOld()) {
			return probe;
		}
		probe.cancel();
		return null;
	}

}
