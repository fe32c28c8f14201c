package io.palitra.sample.worker.send;

import java.time.Duration;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Message;
import jakarta.jms.QueueBrowser;
import jakarta.jms.TextMessage;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.ExitCodeGenerator;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

import io.palitra.sample.worker.WorkerProperties;
import io.palitra.sample.worker.broker.BrokerProperties;

/**
 * Sends the messages that are its arguments and prints their answers, or sends many and
 * prints only how it went. Its answers are those with its own correlation, so that
 * commands at the same time do not take each other's.
 */
@Component
@Profile("send")
class SendCommand implements ApplicationRunner, ExitCodeGenerator {

	private static final Duration GLANCE = Duration.ofMillis(500);

	private final ConnectionFactory connectionFactory;

	private final SendProperties properties;

	private final WorkerProperties worker;

	private final BrokerProperties broker;

	private final String correlation = UUID.randomUUID().toString();

	private int exitCode = 1;

	SendCommand(ConnectionFactory connectionFactory, SendProperties properties, WorkerProperties worker,
			BrokerProperties broker) {
		this.connectionFactory = connectionFactory;
		this.properties = properties;
		this.worker = worker;
		this.broker = broker;
	}

	@Override
	public void run(ApplicationArguments arguments) throws JMSException {
		List<String> given = arguments.getNonOptionArgs().subList(1, arguments.getNonOptionArgs().size());
		List<String> messages = !given.isEmpty() ? given
				: IntStream.rangeClosed(1, this.properties.count()).mapToObj((number) -> "message-" + number).toList();
		try (JMSContext context = this.connectionFactory.createContext(JMSContext.AUTO_ACKNOWLEDGE)) {
			Tally tally = new Tally(messages.size());
			send(context, messages);
			receive(context, tally, !given.isEmpty());
			System.err.println(tally);
			this.exitCode = tally.isEverythingAnswered() ? 0 : 1;
		}
		catch (JMSRuntimeException ex) {
			System.err.println("The broker at " + this.broker.serverUrl() + " fails: " + ex.getMessage()
					+ "\nStart a worker with its own broker, or set broker.url to that of another.");
		}
	}

	/**
	 * In one transaction: all or none, and much faster than one after the other.
	 */
	private void send(JMSContext context, List<String> messages) throws JMSException {
		try (JMSContext sending = context.createContext(JMSContext.SESSION_TRANSACTED)) {
			for (int i = 0; i < messages.size(); i++) {
				TextMessage message = sending.createTextMessage(messages.get(i));
				message.setJMSCorrelationID(this.correlation + ":" + i);
				sending.createProducer().send(sending.createQueue(this.worker.queue()), message);
			}
			sending.commit();
		}
	}

	private void receive(JMSContext context, Tally tally, boolean print) throws JMSException {
		JMSConsumer consumer = context.createConsumer(context.createQueue(this.worker.answers()), selector());
		while (!tally.isComplete() && tally.sinceLast().compareTo(this.properties.patience()) < 0) {
			Message answer = consumer.receive(GLANCE.toMillis());
			if (answer != null) {
				tally.answered(answer.getJMSCorrelationID(), answer.getStringProperty("worker"),
						answer.getIntProperty("attempt"));
				if (print) {
					System.out.println(answer.getBody(String.class));
				}
			}
			else {
				tally.givenUp(countDeadLetters(context));
			}
		}
	}

	private int countDeadLetters(JMSContext context) throws JMSException {
		try (QueueBrowser browser = context.createBrowser(context.createQueue(this.broker.deadLetters()), selector())) {
			Enumeration<?> messages = browser.getEnumeration();
			return Collections.list(messages).size();
		}
	}

	private String selector() {
		return "JMSCorrelationID LIKE '" + this.correlation + ":%'";
	}

	@Override
	public int getExitCode() {
		return this.exitCode;
	}

}
