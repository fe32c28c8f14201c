package app;

import org.springframework.stereotype.Service;

@Service
public class ByHand {

	private final Client client;

	ByHand(Client client) {
		this.client = client;
	}

	public Client.User find() {
		// palitra: the class has no EventLoopThreadRunner, and ByHandConfiguration.java makes or extends it, so its constructor has to stay
		return this.client.user(1).block();
	}

}
