package app;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Service;

@Service
public class LongConstructor extends Base {

	private static final Logger logger = LoggerFactory.getLogger(LongConstructor.class);

	/** Asks. */
	private final Client client;

	private final int runner;

	LongConstructor(Client client,
			@Value("${runner}") int runner) {
		super("name");
		this.client = client;
		this.runner = runner;
		logger.info("made");
	}

	void mono() {
		this.client.user(this.runner).block();
	}

}
