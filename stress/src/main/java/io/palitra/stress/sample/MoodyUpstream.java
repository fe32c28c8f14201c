package io.palitra.stress.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * An upstream that answers, fails, keeps silent, breaks connections off or is not there,
 * as its mood is. Serves 127.0.0.1 only.
 */
final class MoodyUpstream implements AutoCloseable {

	private static final int BACKLOG = 1024;

	private final ExecutorService executor = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "moody-upstream");
		thread.setDaemon(true);
		return thread;
	});

	private final Set<Socket> silent = ConcurrentHashMap.newKeySet();

	private final AtomicLong requests = new AtomicLong();

	private final int port;

	private volatile Mood mood = Mood.WELL;

	private @Nullable ServerSocket server;

	MoodyUpstream() throws IOException {
		ServerSocket server = bind(0);
		this.port = server.getLocalPort();
		listen(server);
	}

	private static ServerSocket bind(int port) throws IOException {
		ServerSocket server = new ServerSocket();
		server.setReuseAddress(true);
		server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
		return server;
	}

	int port() {
		return this.port;
	}

	long requests() {
		return this.requests.get();
	}

	void become(Mood mood) throws IOException {
		this.mood = mood;
		ServerSocket server = this.server;
		if (mood == Mood.GONE && server != null) {
			server.close();
			this.server = null;
		}
		else if (mood != Mood.GONE && server == null) {
			listen(bind(this.port));
		}
		for (Socket socket : this.silent) {
			socket.close();
		}
		this.silent.clear();
	}

	private void listen(ServerSocket server) {
		this.server = server;
		this.executor.execute(() -> {
			try {
				while (true) {
					Socket socket = server.accept();
					this.executor.execute(() -> serve(socket));
				}
			}
			catch (IOException ex) {
				// Closed, and nothing else ends it.
				return;
			}
		});
	}

	private void serve(Socket socket) {
		try {
			BufferedReader reader = new BufferedReader(
					new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
			String line = reader.readLine();
			if (line == null) {
				socket.close();
				return;
			}
			String id = line.replaceFirst(".*/comments/?(\\d*).*", "$1");
			while (line != null && !line.isEmpty()) {
				line = reader.readLine();
			}
			this.requests.incrementAndGet();
			switch (this.mood) {
				case WELL -> answer(socket, id, 5);
				case SLOW -> answer(socket, id, 700);
				case FAILING -> write(socket, "500 Internal Server Error", "");
				case SILENT -> this.silent.add(socket);
				case RESETTING, GONE -> {
					socket.setSoLinger(true, 0);
					socket.close();
				}
			}
		}
		catch (IOException ex) {
			// The client has given up.
			return;
		}
	}

	private void answer(Socket socket, String id, long millis) throws IOException {
		LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
		String comment = "{\"id\":" + (id.isEmpty() ? "1" : id) + ",\"author\":\"a\",\"text\":\"t\"}";
		write(socket, "200 OK", id.isEmpty() ? "[" + comment + "]" : comment);
	}

	private void write(Socket socket, String status, String body) throws IOException {
		String head = "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
				+ "\r\nConnection: close\r\n\r\n";
		try (socket) {
			socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
			socket.getOutputStream().flush();
		}
	}

	@Override
	public void close() throws IOException {
		become(Mood.GONE);
		this.executor.shutdownNow();
	}

	/**
	 * What the upstream does with requests.
	 */
	enum Mood {

		WELL, FAILING, SILENT, RESETTING, GONE, SLOW

	}

}
