package io.palitra.sample.worker;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/**
 * A worker, or with {@code send} as the first argument, the command that sends messages
 * to the workers and shows their answers.
 */
@SpringBootApplication
@ConfigurationPropertiesScan
public class WorkerApplication {

	public static void main(String[] args) {
		SpringApplication application = new SpringApplication(WorkerApplication.class);
		if (args.length > 0 && args[0].equals("send")) {
			application.setAdditionalProfiles("send");
			System.exit(SpringApplication.exit(application.run(args)));
		}
		if (System.getProperty("io.netty.noUnsafe") == null) {
			// From JDK 25 on Netty does without Unsafe and does not free others' buffers.
			// Artemis
			// has it do so when it reads the journal of a broker that was killed.
			System.setProperty("io.netty.noUnsafe", "false");
		}
		application.run(args);
	}

}
