package app;

import org.springframework.stereotype.Service;

@Service
public class ByHand {

	private final Client client;

	ByHand(Client client) {
		this.client = client;
	}

	public Client.User find() {
		return this.client.user(1).block();
	}

}
