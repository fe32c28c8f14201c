package io.palitra.sample.worker.receive;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Profile;
import org.springframework.jms.annotation.JmsListener;
import org.springframework.messaging.Message;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.SendTo;
import org.springframework.messaging.support.MessageBuilder;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.sample.worker.WorkerProperties;

/**
 * Works on one message after the other in each of its threads. Taking a message and
 * sending its answer is one transaction: when the work fails, or the process dies, the
 * broker delivers the message again.
 */
@Component
@Profile("!send")
class WorkListener {

	private static final Logger logger = LoggerFactory.getLogger(WorkListener.class);

	private static final RunOptions PROCESS = RunOptions.defaults().name("process");

	private final EventLoopThreadRunner runner;

	private final Processor processor;

	private final JsonMapper json;

	private final String name;

	WorkListener(EventLoopThreadRunner runner, Processor processor, JsonMapper json, WorkerProperties properties) {
		this.runner = runner;
		this.processor = processor;
		this.json = json;
		this.name = properties.name();
	}

	@JmsListener(destination = "${worker.queue}")
	@SendTo("${worker.answers}")
	Message<String> work(String data, @Header("JMSXDeliveryCount") int attempt) {
		// As JSON, on one line whatever is in it
		logger.info("{}, attempt {}", this.json.writeValueAsString(data), attempt);
		Answer answer = this.runner.run(() -> this.processor.process(data), PROCESS);
		return MessageBuilder.withPayload(this.json.writeValueAsString(answer))
			.setHeader("worker", this.name)
			.setHeader("attempt", attempt)
			.build();
	}

}
