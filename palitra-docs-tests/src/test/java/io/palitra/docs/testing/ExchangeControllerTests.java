package io.palitra.docs.testing;

import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

import io.palitra.docs.testing.ExchangeService.Rates;
import io.palitra.spring.boot.test.AutoConfigurePalitra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;

// tag::slice[]
@WebMvcTest(ExchangeController.class)
@AutoConfigurePalitra
class ExchangeControllerTests {

	@MockitoBean
	private Rates rates;

	@Test
	void price(@Autowired MockMvcTester mvc) {
		given(this.rates.rate("EUR")).willReturn(CompletableFuture.completedFuture(42));
		assertThat(mvc.get().uri("/prices/EUR")).hasBodyTextEqualTo("42 EUR");
	}

}
// end::slice[]
