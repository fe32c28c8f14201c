package io.palitra.docs.scheduled;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;

import io.palitra.EventLoopThreadRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The recipe for scheduled jobs.
 */
class ScheduledRecipeTests {

	@Test
	void jobWaitsForItsClient() {
		PriceClient client = () -> CompletableFuture.supplyAsync(() -> List.of(new Price("tea", 250)));
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			context.register(Scheduling.class, PriceJob.class);
			context.registerBean(EventLoopThreadRunner.class, EventLoopThreadRunner::create);
			context.registerBean(PriceClient.class, () -> client);
			context.refresh();
			PriceJob job = context.getBean(PriceJob.class);
			await().atMost(Duration.ofSeconds(30)).until(() -> !job.prices().isEmpty());
			assertThat(job.prices()).containsExactly(new Price("tea", 250));
		}
	}

	@Configuration
	@EnableScheduling
	static class Scheduling {

	}

}
