package io.palitra.sample.context;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientAdapter;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

import io.palitra.EventLoopThreadRunner;

/**
 * Starts the sample.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class ShopApplication {

	/**
	 * Starts the application.
	 * @param args options of Spring Boot
	 */
	public static void main(String[] args) {
		SpringApplication.run(ShopApplication.class, args);
	}

	@Bean
	ReactivePrices reactivePrices(WebClient.Builder builder, @Value("${shop.prices-url}") String url) {
		WebClientAdapter adapter = WebClientAdapter.create(builder.baseUrl(url).build());
		return HttpServiceProxyFactory.builderFor(adapter).build().createClient(ReactivePrices.class);
	}

	// tag::face[]
	@Bean
	Prices prices(EventLoopThreadRunner runner, ReactivePrices prices) {
		return runner.blocking(Prices.class, prices);
	}
	// end::face[]

}
