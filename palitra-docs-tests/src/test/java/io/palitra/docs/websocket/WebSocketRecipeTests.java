package io.palitra.docs.websocket;

import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.apache.tomcat.websocket.Constants;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.client.standard.StandardWebSocketClient;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.handler.TextWebSocketHandler;

import io.palitra.docs.websocket.QuoteHandler.Quotes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The recipe for WebSocket, in a server.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class WebSocketRecipeTests {

	private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

	@LocalServerPort
	private int port;

	@Test
	void answersAreInTheOrderOfTheMessages() throws Exception {
		try (WebSocketSession session = connect()) {
			session.sendMessage(new TextMessage("TEA"));
			session.sendMessage(new TextMessage("MILK"));
			assertThat(next()).isEqualTo("TEA costs 3");
			assertThat(next()).isEqualTo("MILK costs 4");
		}
	}

	@Test
	void failureClosesTheSession() throws Exception {
		try (WebSocketSession session = connect()) {
			session.sendMessage(new TextMessage(""));
			assertThat(next()).isEqualTo("closed " + CloseStatus.SERVER_ERROR.getCode());
		}
	}

	private WebSocketSession connect() throws Exception {
		StandardWebSocketClient client = new StandardWebSocketClient();
		// Its own 5 s are too few on a busy machine
		client.setUserProperties(Map.of(Constants.IO_TIMEOUT_MS_PROPERTY, "60000"));
		return client.execute(new Receiving(), "ws://127.0.0.1:" + this.port + "/quotes").get(60, TimeUnit.SECONDS);
	}

	private String next() throws InterruptedException {
		return this.received.poll(60, TimeUnit.SECONDS);
	}

	private final class Receiving extends TextWebSocketHandler {

		@Override
		protected void handleTextMessage(WebSocketSession session, TextMessage message) {
			WebSocketRecipeTests.this.received.add(message.getPayload());
		}

		@Override
		public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
			WebSocketRecipeTests.this.received.add("closed " + status.getCode());
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableWebSocket
	@Import(QuoteHandler.class)
	static class QuoteApplication {

		@Bean
		Quotes quotes() {
			return (symbol) -> symbol.isEmpty() ? CompletableFuture.failedFuture(new IllegalArgumentException("none"))
					: CompletableFuture.supplyAsync(() -> symbol + " costs " + symbol.length());
		}

		@Bean
		WebSocketConfigurer quoteEndpoint(QuoteHandler handler) {
			return (registry) -> registry.addHandler(handler, "/quotes");
		}

	}

}
