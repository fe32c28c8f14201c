package app;

import org.springframework.stereotype.Service;

class NoComponent {

	Client.User find(Client client) {
		if (client != null)
			return client.user(1).block();
		return null;
	}

	@Service
	static class Several {

		Several() {
		}

		Several(String name) {
		}

		Client.User find(Client client) {
			// palitra: the class has several constructors, and no EventLoopThreadRunner
			return client.user(1).block();
		}

	}

}
