package io.palitra.sample.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * A test's connection to the broker.
 */
final class Broker implements AutoCloseable {

	private static final Duration RETRY = Duration.ofMillis(200);

	private final ActiveMQConnectionFactory factory;

	private final JMSContext sending;

	private final JMSContext receiving;

	private final JMSConsumer answers;

	private final List<Answered> answered = new ArrayList<>();

	private int sent;

	Broker(int port) {
		this.factory = new ActiveMQConnectionFactory("tcp://127.0.0.1:" + port);
		// One that takes over may still be reading its journal
		this.factory.setInitialConnectAttempts(Math.toIntExact(Application.PATIENCE.dividedBy(RETRY)));
		this.factory.setRetryInterval(RETRY.toMillis());
		this.sending = this.factory.createContext();
		this.receiving = this.factory.createContext();
		this.answers = this.receiving.createConsumer(this.receiving.createQueue("answers"));
	}

	/**
	 * Sends a message that is unlike all before.
	 */
	void send() {
		this.sending.createProducer().send(this.sending.createQueue("work"), "message-" + this.sent++);
	}

	int sent() {
		return this.sent;
	}

	/**
	 * Returns all answers until now.
	 */
	List<Answered> answered() throws JMSException {
		for (Message next = this.answers.receiveNoWait(); next != null; next = this.answers.receiveNoWait()) {
			this.answered.add(new Answered(next.getBody(String.class), next.getStringProperty("worker"),
					next.getIntProperty("attempt")));
		}
		return this.answered;
	}

	@Override
	public void close() {
		this.sending.close();
		this.receiving.close();
		this.factory.close();
	}

	/**
	 * An answer.
	 *
	 * @param text its JSON
	 * @param worker who gave it
	 * @param attempt at the message
	 */
	record Answered(String text, String worker, int attempt) {
	}

}
