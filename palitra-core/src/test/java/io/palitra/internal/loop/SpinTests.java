package io.palitra.internal.loop;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

@DisplayName("Spinning before parking")
class SpinTests {

	private static final long SLOW = 1_000_000;

	private static final long QUICK = 1_000;

	private final Spin spin = new Spin("test", true);

	private final AtomicInteger looks = new AtomicInteger();

	@BeforeEach
	void needsAProcessorForEachSide() {
		assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "spinning needs two processors");
	}

	@AfterEach
	void giveBack() {
		this.spin.ends();
	}

	@Test
	void nothingIsKnownAtFirstSoNobodySpins() {
		this.spin.spinForTask(this::lookInVain);
		this.spin.spinForResult(this::lookInVain);
		assertThat(this.looks).hasValue(0);
		assertThat(this.spin.isSpinning()).isFalse();
	}

	@Test
	void quickWorkInQuickSuccessionIsSpunFor() {
		hurry(this.spin);
		assertThat(this.spin.isSpinning()).isTrue();
		this.spin.spinForTask(this::look);
		this.spin.spinForResult(this::look);
		assertThat(this.looks).hasValue(2);
	}

	@Test
	void spinEndsInVainAfterAWhile() {
		hurry(this.spin);
		this.spin.spinForResult(this::lookInVain);
		assertThat(this.looks.get()).isPositive();
	}

	@Test
	void ownersParkAtOnceSoonAfterWorkHasBecomeSlow() {
		hurry(this.spin);
		this.spin.served(SLOW);
		this.spin.spinForTask(() -> true);
		assertThat(this.spin.isSpinning()).isFalse();
		this.spin.spinForResult(this::look);
		assertThat(this.looks).hasValue(0);
	}

	@Test
	void loopParksAtOnceSoonAfterTasksHaveBecomeRare() {
		hurry(this.spin);
		this.spin.waited(SLOW);
		this.spin.spinForTask(this::look);
		assertThat(this.looks).hasValue(0);
	}

	@Test
	void ownersLookEvenIfTheLoopParks() {
		// Otherwise it would take a quick succession of calls to make them quick
		hurry(this.spin);
		this.spin.parks();
		this.spin.spinForResult(this::look);
		assertThat(this.looks).hasValue(1);
		this.spin.served(SLOW);
		this.spin.parks();
		this.spin.spinForResult(this::look);
		assertThat(this.looks).hasValue(1);
	}

	@Test
	void oneLongPauseIsSoonForgotten() {
		hurry(this.spin);
		this.spin.waited(TimeUnit.HOURS.toNanos(1));
		this.spin.served(TimeUnit.HOURS.toNanos(1));
		for (int i = 0; i < 20; i++) {
			this.spin.waited(QUICK);
			this.spin.served(QUICK);
		}
		this.spin.spinForTask(() -> true);
		assertThat(this.spin.isSpinning()).isTrue();
	}

	@Test
	void whoParksAlwaysNeverSpins() {
		Spin parking = new Spin("test", false);
		hurry(parking);
		parking.spinForTask(this::look);
		parking.spinForResult(this::look);
		assertThat(this.looks).hasValue(0);
		assertThat(parking.isSpinning()).isFalse();
	}

	@Test
	void virtualThreadsNeverSpin() throws Exception {
		// C16
		assumeTrue(Runtime.version().feature() >= 21, "needs virtual threads");
		hurry(this.spin);
		Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
		ThreadFactory factory = (ThreadFactory) Class.forName("java.lang.Thread$Builder")
			.getMethod("factory")
			.invoke(builder);
		Thread thread = factory.newThread(() -> this.spin.spinForResult(this::look));
		thread.start();
		thread.join(30_000);
		assertThat(thread.isAlive()).isFalse();
		assertThat(this.looks).hasValue(0);
	}

	@Test
	void spinsInVainBecomeRare() {
		// When the processors are busy with something else
		hurry(this.spin);
		int spins = 0;
		for (int i = 0; i < 1_000; i++) {
			int before = this.looks.get();
			this.spin.spinForResult(this::lookInVain);
			spins += (this.looks.get() > before) ? 1 : 0;
		}
		assertThat(spins).isBetween(1, 12);
	}

	@Test
	void spinsThatPayBecomeFrequentAgain() {
		hurry(this.spin);
		for (int i = 0; i < 100; i++) {
			this.spin.spinForResult(this::lookInVain);
		}
		for (int i = 0; i < 2_000; i++) {
			this.spin.spinForResult(() -> true);
		}
		this.looks.set(0);
		for (int i = 0; i < 10; i++) {
			this.spin.spinForResult(this::look);
		}
		assertThat(this.looks).hasValue(10);
	}

	@Test
	void loopsShareTheProcessors() {
		int shares = Runtime.getRuntime().availableProcessors() / 2;
		Spin[] spins = new Spin[shares];
		for (int i = 0; i < shares; i++) {
			spins[i] = new Spin("test", true);
			hurry(spins[i]);
			assertThat(spins[i].isSpinning()).isTrue();
		}
		try {
			hurry(this.spin);
			assertThat(this.spin.isSpinning()).isFalse();
			spins[0].ends();
			assertThat(spins[0].isSpinning()).isFalse();
			hurry(this.spin);
			assertThat(this.spin.isSpinning()).isTrue();
		}
		finally {
			for (Spin each : spins) {
				each.ends();
			}
		}
	}

	private static void hurry(Spin spin) {
		for (int i = 0; i < 50; i++) {
			spin.waited(QUICK);
			spin.served(QUICK);
		}
		spin.spinForTask(() -> true);
	}

	private boolean look() {
		this.looks.incrementAndGet();
		return true;
	}

	private boolean lookInVain() {
		this.looks.incrementAndGet();
		return false;
	}

}
