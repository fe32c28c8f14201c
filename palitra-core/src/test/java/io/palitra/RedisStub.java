package io.palitra;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * As much of Redis as a client needs to connect and to get a value.
 */
final class RedisStub implements AutoCloseable {

	private final ServerSocket server;

	RedisStub() throws IOException {
		this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		start(() -> {
			while (true) {
				Socket client = this.server.accept();
				start(() -> serve(client));
			}
		});
	}

	int port() {
		return this.server.getLocalPort();
	}

	private static void serve(Socket client) throws IOException {
		try (client) {
			BufferedReader in = new BufferedReader(
					new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
			// *<count>, then $<length> and the text for each
			for (String line = in.readLine(); line != null; line = in.readLine()) {
				String[] command = new String[Integer.parseInt(line.substring(1))];
				for (int i = 0; i < command.length; i++) {
					in.readLine();
					command[i] = in.readLine();
				}
				client.getOutputStream().write(answer(command).getBytes(StandardCharsets.ISO_8859_1));
			}
		}
	}

	private static String answer(String[] command) {
		return switch (command[0]) {
			case "HELLO" -> "-ERR unknown command\r\n";
			case "GET" -> "$" + command[1].length() + "\r\n" + command[1] + "\r\n";
			default -> "+OK\r\n";
		};
	}

	private static void start(Serving serving) {
		Thread thread = new Thread(() -> {
			try {
				serving.serve();
			}
			catch (IOException ex) {
				// Closed by one side or the other, which ends the thread.
				Thread.currentThread().interrupt();
			}
		}, "redis-stub");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() {
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private interface Serving {

		void serve() throws IOException;

	}

}
