package io.palitra.stress.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The sample application, which pauses and goes on when it is told so on its standard
 * input. Runs in a process of its own, with the sample's class path.
 */
public final class PausableSample {

	private static final String SAMPLE = "io.palitra.sample.webmvc.SampleApplication";

	private PausableSample() {
	}

	/**
	 * Starts the sample and obeys until there is nothing more to read.
	 * @param args the sample's arguments
	 * @throws IOException if the commands cannot be read
	 * @throws ClassNotFoundException if the sample is not on the class path
	 */
	public static void main(String[] args) throws IOException, ClassNotFoundException {
		ConfigurableApplicationContext context = SpringApplication.run(Class.forName(SAMPLE), args);
		BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
		for (String command = commands.readLine(); command != null; command = commands.readLine()) {
			switch (command) {
				case "pause" -> context.pause();
				case "resume" -> context.restart();
				default -> throw new IllegalArgumentException("Unknown command '" + command + "'");
			}
			System.out.println(command + ": done");
		}
	}

}
