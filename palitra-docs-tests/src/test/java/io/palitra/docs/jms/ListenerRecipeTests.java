package io.palitra.docs.jms;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jms.annotation.EnableJms;
import org.springframework.jms.config.DefaultJmsListenerContainerFactory;
import org.springframework.jms.config.JmsListenerEndpointRegistry;
import org.springframework.jms.listener.AbstractMessageListenerContainer;
import org.springframework.jms.listener.SessionAwareMessageListener;
import org.springframework.jms.listener.adapter.ListenerExecutionFailedException;

import io.palitra.EventLoopThreadRunner;
import io.palitra.docs.jms.OrderListener.Delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * The recipe for message listeners, called as its container calls it when a message has
 * come.
 */
class ListenerRecipeTests {

	@Test
	void listenerReturnsWhenTheMessageIsDealtWith() throws JMSException {
		List<String> delivered = new ArrayList<>();
		receive("tea", (order) -> CompletableFuture.runAsync(() -> delivered.add(order)));
		assertThat(delivered).containsExactly("tea");
	}

	@Test
	void failureReachesTheContainerWhichRedelivers() {
		IllegalStateException failure = new IllegalStateException("out of tea");
		assertThatExceptionOfType(ListenerExecutionFailedException.class)
			.isThrownBy(() -> receive("tea", (order) -> CompletableFuture.failedFuture(failure)))
			.withCause(failure);
	}

	@SuppressWarnings("unchecked")
	private static void receive(String text, Delivery delivery) throws JMSException {
		TextMessage message = mock(TextMessage.class);
		given(message.getText()).willReturn(text);
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			context.register(JmsConfiguration.class, OrderListener.class);
			context.registerBean(EventLoopThreadRunner.class, EventLoopThreadRunner::create);
			context.registerBean(Delivery.class, () -> delivery);
			context.refresh();
			AbstractMessageListenerContainer container = (AbstractMessageListenerContainer) context
				.getBean(JmsListenerEndpointRegistry.class)
				.getListenerContainers()
				.iterator()
				.next();
			assertThat(container.getDestinationName()).isEqualTo("orders");
			((SessionAwareMessageListener<TextMessage>) container.getMessageListener()).onMessage(message,
					mock(Session.class));
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableJms
	static class JmsConfiguration {

		@Bean
		DefaultJmsListenerContainerFactory jmsListenerContainerFactory() {
			DefaultJmsListenerContainerFactory factory = new DefaultJmsListenerContainerFactory();
			factory.setConnectionFactory(mock(ConnectionFactory.class));
			factory.setAutoStartup(false);
			return factory;
		}

	}

}
