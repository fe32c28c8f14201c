package io.palitra.sample.webmvc.fault;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.RunnerClosedException;

/**
 * Makes the mistake that an event loop does not forgive: a callback that waits. For
 * trying the application out; nothing to have in another one.
 */
@RestController
@RequestMapping("/api/loop/hold")
class LoopHoldController {

	private static final Logger logger = LoggerFactory.getLogger(LoopHoldController.class);

	private static final int MOST_SECONDS = 10;

	/**
	 * Does not end before the callback does, which no time limit can stop.
	 */
	private static final RunOptions OPTIONS = RunOptions.defaults()
		.name("callback that waits")
		.timeout(Duration.ofMinutes(1));

	private final EventLoopThreadRunner runner;

	private final AtomicReference<@Nullable CountDownLatch> holding = new AtomicReference<>();

	LoopHoldController(EventLoopThreadRunner runner) {
		this.runner = runner;
	}

	@PostMapping
	@ResponseStatus(HttpStatus.ACCEPTED)
	void hold(@RequestParam(defaultValue = "5") int seconds) {
		if (seconds < 1 || seconds > MOST_SECONDS) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
					"seconds must be from 1 to " + MOST_SECONDS + " but was " + seconds);
		}
		CountDownLatch free = new CountDownLatch(1);
		if (!this.holding.compareAndSet(null, free)) {
			throw new ResponseStatusException(HttpStatus.CONFLICT, "The loop is being held already");
		}
		try {
			this.runner.submit(() -> CompletableFuture.completedFuture(free.await(seconds, TimeUnit.SECONDS)), OPTIONS)
				.whenComplete((released, failure) -> this.holding.set(null));
		}
		catch (RunnerClosedException ex) {
			this.holding.set(null);
			throw ex;
		}
		logger.info("The loop will be held for {} s", seconds);
	}

	@DeleteMapping
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void free() {
		CountDownLatch free = this.holding.get();
		if (free != null) {
			free.countDown();
		}
	}

}
