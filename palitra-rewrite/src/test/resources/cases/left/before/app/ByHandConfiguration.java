package app;

class ByHandConfiguration {

	ByHand byHand(Client client) {
		return new ByHand(client);
	}

}
