package app;

import io.palitra.EventLoopThreadRunner;
import io.palitra.reactor.ReactorTasks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Service;

@Service
public class LongConstructor extends Base {

	private static final Logger logger = LoggerFactory.getLogger(LongConstructor.class);

	private final EventLoopThreadRunner eventLoopThreadRunner;

	/** Asks. */
	private final Client client;

	private final int runner;

	LongConstructor(Client client,
			@Value("${runner}") int runner,
			EventLoopThreadRunner eventLoopThreadRunner) {
		super("name");
		this.eventLoopThreadRunner = eventLoopThreadRunner;
		this.client = client;
		this.runner = runner;
		logger.info("made");
	}

	void mono() {
		this.eventLoopThreadRunner.run(ReactorTasks.mono(this.client.user(this.runner)));
	}

}
