package io.palitra.archunit;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;

/**
 * Rules that find waits for asynchronous work which are not a runner's, in compiled
 * classes: calls as well as method references such as {@code CompletableFuture::join}.
 * Each finding ends with what to write instead.
 * <p>
 * For code that has such waits already, freeze a rule: what there is today is recorded,
 * and only what is added fails.
 * <p>
 * {@code FreezingArchRule.freeze(WaitRules.NO_HAND_MADE_WAITS).check(classes)}
 * <p>
 * What cannot be told from a class file: that a future is done when {@code get} or
 * {@code join} is called on it, and that it was given a limit by {@code orTimeout}. Both
 * are found, too; {@code getNow} and {@code resultNow} say that nothing is waited for,
 * and are not. A type is recognised by what it extends, as far as that is on the class
 * path of the test. Waits inside of other jars are found only if these are imported.
 * <p>
 * Rules are immutable and may be shared by threads.
 */
public final class WaitRules {

	/**
	 * Nobody waits without a limit: {@code block()} and its siblings of Reactor, RxJava,
	 * Mutiny, Netty and Kotlin, {@code Future.get()}, {@code CompletableFuture.join()},
	 * {@code CountDownLatch.await()}. Where the wait has a limit, it is let through.
	 */
	public static final ArchRule NO_UNBOUNDED_WAITS = rule("wait for asynchronous work without a limit", false)
		.because("work that never ends would hold the thread forever");

	/**
	 * Nobody waits but through a runner: what {@link #NO_UNBOUNDED_WAITS} finds, and the
	 * same with a limit, such as {@code block(Duration)} and
	 * {@code Future.get(long, TimeUnit)}.
	 */
	public static final ArchRule NO_HAND_MADE_WAITS = rule("wait for asynchronous work without a runner", true)
		.because("a runner has a limit, cancels what it gives up, keeps the context and shows who waits");

	private WaitRules() {
	}

	private static ArchRule rule(String what, boolean bounded) {
		return ArchRuleDefinition.noClasses().should(new ArchCondition<JavaClass>(what) {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				for (JavaCodeUnitAccess<?> access : type.getCodeUnitAccessesFromSelf()) {
					Wait.of(access)
						.filter((wait) -> bounded || !wait.bounded())
						.ifPresent((wait) -> events.add(SimpleConditionEvent.satisfied(access,
								access.getDescription() + "; instead: " + wait.instead())));
				}
			}

		});
	}

}
