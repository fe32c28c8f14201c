package io.palitra.sample.worker;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

@ExtendWith(OutputCaptureExtension.class)
@Timeout(300)
class WorkerApplicationTests {

	@Test
	void secondBrokerIsToldOfTheFirst() throws Exception {
		try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			int port = first.getLocalPort();
			assertThatException()
				.isThrownBy(() -> SpringApplication.run(WorkerApplication.class, "--broker.embedded.port=" + port))
				.havingRootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.withMessageContaining("broker.embedded.port")
				.withMessageContaining("set broker.url=tcp://127.0.0.1:" + port);
		}
	}

	@Test
	void sendSaysThatThereIsNoBroker(CapturedOutput output) throws Exception {
		// Its port is nobody else's, and nobody listens there.
		try (Socket nobody = new Socket()) {
			nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
			String url = "tcp://127.0.0.1:" + nobody.getLocalPort();
			int exitCode = SpringApplication.exit(new SpringApplicationBuilder(WorkerApplication.class).profiles("send")
				.run("send", "hello", "--broker.url=" + url));
			assertThat(exitCode).isOne();
			assertThat(output.getErr()).startsWith("The broker at " + url + " fails: ");
		}
	}

}
