package io.palitra.stress.security;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.RunTimeoutException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * A name that comes from outside can neither begin a line of the log nor make one
 * endless.
 */
class ForgedLogTests {

	/**
	 * What a name may contain at worst, in the languages of loggers and templates.
	 */
	private static final String WORST = "{0} %s %n ${jndi:ldap://x} \" ' \\ <script> \u00e9\u4e16";

	private final Logger logger = Logger.getLogger("io.palitra");

	private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();

	private final Handler handler = new Handler() {

		@Override
		public void publish(LogRecord record) {
			ForgedLogTests.this.lines.add(new SimpleFormatter().formatMessage(record));
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}

	};

	@BeforeEach
	void capture() {
		this.handler.setLevel(Level.ALL);
		this.logger.addHandler(this.handler);
		this.logger.setUseParentHandlers(false);
	}

	@AfterEach
	void release() {
		this.logger.removeHandler(this.handler);
		this.logger.setUseParentHandlers(true);
	}

	@Test
	void whatBreaksOrTurnsALineAroundIsRefusedInEveryName() {
		List<Integer> controls = new ArrayList<>(
				IntStream.rangeClosed(0, 0xff).filter(Character::isISOControl).boxed().toList());
		assertThat(controls).hasSize(65).contains((int) '\r', (int) '\n', 0x1b, 0x85);
		// Separators of lines and paragraphs, directions, invisible ones, half a pair
		controls.addAll(List.of(0x2028, 0x2029, 0x202e, 0x2066, 0x200b, 0xfeff, 0xd800));
		for (int control : controls) {
			String name = "a" + (char) control + "b";
			assertRefused(() -> RunOptions.defaults().name(name), (char) control);
			assertRefused(() -> EventLoopThreadRunner.builder().name(name), (char) control);
			assertRefused(() -> EventLoopThreadRunner.builder().threadNamePrefix(name), (char) control);
		}
	}

	private static void assertRefused(Runnable setter, char control) {
		assertThatIllegalArgumentException().isThrownBy(setter::run)
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(String.format("\\u%04x", (int) control))
				.doesNotContain(String.valueOf(control)));
	}

	@Test
	void nameOfTheOwnersThreadIsEscaped() throws InterruptedException {
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
			.name("escaping")
			.hangThreshold(Duration.ofMillis(20))
			.build()) {
			Thread owner = new Thread(() -> {
				try {
					runner.run(CompletableFuture::new, Duration.ofMillis(200));
				}
				catch (RunTimeoutException ex) {
					this.lines.add(ex.getMessage());
				}
			}, "worker\n12:00:00 ERROR forged\u2028\u202e");
			owner.start();
			owner.join(60_000);
		}
		assertThat(this.lines).anyMatch((line) -> line.contains("worker\\u000a12:00:00 ERROR forged\\u2028\\u202e"))
			.allSatisfy((line) -> assertThat(line.lines().skip(1)).allMatch((frame) -> frame.startsWith("\tat ")));
	}

	@Test
	void namesAreBoundedAndSoAreTheErrorsThatTellIt() {
		String longest = "x".repeat(200);
		String tooLong = "x".repeat(1_000_000);
		assertThat(RunOptions.defaults().name(longest).name()).contains(longest);
		for (Runnable setter : List.<Runnable>of(() -> RunOptions.defaults().name(tooLong),
				() -> EventLoopThreadRunner.builder().name(tooLong),
				() -> EventLoopThreadRunner.builder().threadNamePrefix(tooLong))) {
			assertThatIllegalArgumentException().isThrownBy(setter::run)
				.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(300).contains("at most 200 characters"));
		}
	}

	@Test
	void namesAreWrittenAsTheyAreOnOneLine() {
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
			.name(WORST)
			.hangThreshold(Duration.ofMillis(20))
			.shutdownGrace(Duration.ZERO)
			.build()) {
			runner.onClose(() -> CompletableFuture.failedFuture(new IllegalStateException("no")));
			assertThatExceptionOfType(RunTimeoutException.class)
				.isThrownBy(() -> runner.run(CompletableFuture::new,
						RunOptions.defaults().name(WORST).timeout(Duration.ofMillis(200))))
				.satisfies((ex) -> assertThat(ex.getMessage()).contains(WORST).hasLineCount(1));
		}
		assertThat(this.lines).hasSizeGreaterThanOrEqualTo(2).allSatisfy((line) -> {
			assertThat(line).contains(WORST);
			assertThat(line.lines().skip(1)).allMatch((frame) -> frame.startsWith("\tat "));
		});
	}

}
