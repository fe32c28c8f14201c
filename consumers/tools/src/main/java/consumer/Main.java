package consumer;

import java.time.Duration;

import io.palitra.EventLoopThreadRunner;
import io.palitra.archunit.WaitRules;
import io.palitra.kotlin.RunSuspendingKt;
import io.palitra.rewrite.UseRunner;
import io.palitra.test.RunnerExtension;

public final class Main {

	private Main() {
	}

	public static void main(String[] args) {
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.create()) {
			String value = RunSuspendingKt.runSuspending(runner, Duration.ofSeconds(30), (scope, continuation) -> "value");
			System.out.println("consumer: " + value + ", " + WaitRules.NO_UNBOUNDED_WAITS.getDescription() + ", "
					+ new UseRunner().getName() + ", " + RunnerExtension.with((builder) -> {
					}));
		}
	}

}
