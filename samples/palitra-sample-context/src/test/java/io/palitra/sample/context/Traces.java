package io.palitra.sample.context;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import org.slf4j.MDC;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.palitra.EventLoopThreadRunner;

import static io.palitra.reactor.ReactorTasks.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a request has exported.
 *
 * @param spans its spans
 */
record Traces(List<SpanData> spans) {

	static Traces of(Exported exported, int clients) {
		await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
			List<SpanData> spans = exported.spans().getFinishedSpanItems();
			assertThat(spans).filteredOn((span) -> span.getKind() == SpanKind.CLIENT).hasSize(clients);
			assertThat(spans).filteredOn((span) -> span.getKind() == SpanKind.SERVER).hasSize(1);
		});
		return new Traces(exported.spans().getFinishedSpanItems());
	}

	SpanData server() {
		return this.spans.stream().filter((span) -> span.getKind() == SpanKind.SERVER).findFirst().orElseThrow();
	}

	List<SpanData> clients() {
		return this.spans.stream().filter((span) -> span.getKind() == SpanKind.CLIENT).toList();
	}

	SpanData parentOf(SpanData span) {
		Map<String, SpanData> byId = this.spans.stream()
			.collect(Collectors.toMap(SpanData::getSpanId, Function.identity()));
		return byId.get(span.getParentSpanId());
	}

	/**
	 * Holds the exporter, which as a bean would be served by a batch processor as well.
	 *
	 * @param spans the exporter
	 */
	record Exported(InMemorySpanExporter spans) {
	}

	@TestConfiguration(proxyBeanMethods = false)
	@Import(StubPrices.Configuration.class)
	static class Configuration {

		@Bean
		Exported exported() {
			return new Exported(InMemorySpanExporter.create());
		}

		@Bean
		SpanProcessor exportAtOnce(Exported exported) {
			return SimpleSpanProcessor.create(exported.spans());
		}

	}

	/**
	 * Calls the upstream three times in a chain, with what changes threads in between,
	 * and returns the MDC that each operator has seen.
	 */
	@RestController
	static class Chains {

		private final EventLoopThreadRunner runner;

		private final ReactivePrices prices;

		Chains(EventLoopThreadRunner runner, ReactivePrices prices) {
			this.runner = runner;
			this.prices = prices;
		}

		private Mono<String> chain() {
			return this.prices.price("a1")
				.map((price) -> seen(price, ""))
				.delayElement(Duration.ofMillis(5))
				.flatMap((seen) -> this.prices.price("b2").map((price) -> seen(price, seen)))
				.publishOn(Schedulers.boundedElastic())
				.map((seen) -> seen(0, seen))
				.flatMap((seen) -> this.prices.price("c3")
					.subscribeOn(Schedulers.parallel())
					.map((price) -> seen(price, seen)));
		}

		private static String seen(long price, String before) {
			return before + price + MDC.get("request") + ((MDC.get("traceId") != null) ? "+" : "-");
		}

		@GetMapping("/chains/task")
		String task() {
			return this.runner.run(mono(chain()));
		}

		@GetMapping("/chains/future")
		String future() {
			return this.runner.run(chain()::toFuture);
		}

	}

}
