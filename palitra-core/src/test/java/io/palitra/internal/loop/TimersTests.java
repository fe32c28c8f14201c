package io.palitra.internal.loop;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

@DisplayName("The timers of a loop, alone")
class TimersTests {

	private static final long HOUR = 3_600_000_000_000L;

	private final Timers timers = new Timers();

	@Test
	void timersThatAreDueInTheSameNanosecondAreKeptInTheOrderOfTheirMaking() {
		// C12
		TimerTask<Object> first = timer(HOUR);
		TimerTask<Object> second = timerDueWith(first);
		this.timers.add(second);
		this.timers.add(first);
		List<Command> drained = this.timers.drain();
		assertThat(drained).extracting((command) -> command.abandon()).containsExactly(first, second);
	}

	private static TimerTask<Object> timerDueWith(TimerTask<Object> other) {
		// How long it takes from one reading of the clock to the next is not known.
		return IntStream.range(0, 1_000_000)
			.mapToObj((attempt) -> timer(other.dueIn(System.nanoTime()) - attempt % 1_000))
			.filter((timer) -> timer.dueIn(0) == other.dueIn(0))
			.findFirst()
			.orElseGet(() -> fail("no two timers were due at the same time"));
	}

	private static TimerTask<Object> timer(long delay) {
		return new TimerTask<>(null, () -> "value", delay, 0);
	}

}
