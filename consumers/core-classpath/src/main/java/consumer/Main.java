package consumer;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.palitra.EventLoopThreadRunner;
import io.palitra.Palitra;

public final class Main {

	private Main() {
	}

	public static void main(String[] args) {
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.builder().timeout(Duration.ofSeconds(30)).build()) {
			List<String> results = runner.gather(() -> CompletableFuture.supplyAsync(() -> "one"),
					() -> CompletableFuture.supplyAsync(() -> "two"));
			if (!results.equals(List.of("one", "two"))) {
				throw new IllegalStateException("Unexpected results: " + results);
			}
		}
		String global = Palitra.run(() -> CompletableFuture.supplyAsync(() -> "global"));
		System.out.println("consumer: " + EventLoopThreadRunner.class.getModule() + ", " + global);
	}

}
