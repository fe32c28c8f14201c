package io.palitra.docs.websocket;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.springframework.stereotype.Component;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.handler.TextWebSocketHandler;

import io.palitra.EventLoopThreadRunner;

// tag::handler[]
@Component
class QuoteHandler extends TextWebSocketHandler {

	private final EventLoopThreadRunner runner;

	private final Quotes quotes;

	QuoteHandler(EventLoopThreadRunner runner, Quotes quotes) {
		this.runner = runner;
		this.quotes = quotes;
	}

	@Override
	protected void handleTextMessage(WebSocketSession session, TextMessage message) throws IOException {
		String quote = this.runner.run(() -> this.quotes.quote(message.getPayload()), Duration.ofSeconds(10));
		session.sendMessage(new TextMessage(quote));
	}

	interface Quotes {

		CompletableFuture<String> quote(String symbol);

	}

}
// end::handler[]
