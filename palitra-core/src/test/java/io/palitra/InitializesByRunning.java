package io.palitra;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A program whose classes are initialized with what a call returns, see
 * {@link C18ClassInitializerTests}. A lambda belongs to the class that it is written in:
 * the loop's thread waits for the initializer, which waits for the loop.
 */
public final class InitializesByRunning {

	private InitializesByRunning() {
	}

	public static void main(String[] args) {
		switch (args[0]) {
			case "limited" -> initialize(() -> Limited.TOKEN);
			case "deep" -> initialize(() -> Deep.TOKEN);
			case "interface" -> initialize(() -> Constants.TOKEN);
			case "gather" -> initialize(() -> Gathering.TOKEN);
			case "submit" -> initialize(() -> Submitting.TOKEN);
			case "report" -> initialize(() -> Reported.TOKEN);
			case "default" -> initialize(() -> Unlimited.TOKEN);
			default -> initialize(() -> Reference.TOKEN);
		}
		System.out.println("then: " + Palitra.run(InitializesByRunning::fetch));
		System.exit(0);
	}

	private static void initialize(Supplier<String> holder) {
		try {
			System.out.println("token: " + holder.get());
		}
		catch (ExceptionInInitializerError ex) {
			System.out.println(ex.getCause());
		}
	}

	static CompletableFuture<String> fetch() {
		return CompletableFuture.completedFuture("token");
	}

	/**
	 * Initialized by a call with a limit.
	 */
	static final class Limited {

		static final String TOKEN = Palitra.run(() -> fetch(), Duration.ofSeconds(2));

		private Limited() {
		}

	}

	/**
	 * Initialized through other methods.
	 */
	static final class Deep {

		static final String TOKEN = load();

		private Deep() {
		}

		private static String load() {
			return reload();
		}

		private static String reload() {
			return Palitra.run(() -> fetch(), Duration.ofSeconds(2));
		}

	}

	/**
	 * An interface, which has an initializer too.
	 */
	interface Constants {

		String TOKEN = Palitra.run(() -> fetch(), Duration.ofSeconds(2));

		String token();

	}

	/**
	 * Initialized by a gather.
	 */
	static final class Gathering {

		static final String TOKEN = Palitra
			.<String>gather(List.of(() -> fetch()), RunOptions.defaults().timeout(Duration.ofSeconds(2)))
			.get(0);

		private Gathering() {
		}

	}

	/**
	 * Initialized by a command on the loop.
	 */
	static final class Submitting {

		static final String TOKEN = EventLoopThreadRunner.builder()
			.name("submitting")
			.timeout(Duration.ofSeconds(2))
			.build()
			.runScoped((scope) -> CompletableFuture.supplyAsync(() -> "token", scope.loop()));

		private Submitting() {
		}

	}

	/**
	 * Initialized by a call that is reported.
	 */
	static final class Reported {

		static final String TOKEN = EventLoopThreadRunner.builder()
			.name("reported")
			.hangThreshold(Duration.ofMillis(300))
			.slowTaskThreshold(Duration.ofHours(1))
			.timeout(Duration.ofSeconds(2))
			.build()
			.run(() -> fetch());

		private Reported() {
		}

	}

	/**
	 * Initialized by a call that says nothing of a limit.
	 */
	static final class Unlimited {

		static final String TOKEN = Palitra.run(() -> fetch());

		private Unlimited() {
		}

	}

	/**
	 * Initialized by a method of another class, which needs nothing of this one.
	 */
	static final class Reference {

		static final String TOKEN = Palitra.run(InitializesByRunning::fetch, Duration.ofSeconds(20));

		private Reference() {
		}

	}

}
