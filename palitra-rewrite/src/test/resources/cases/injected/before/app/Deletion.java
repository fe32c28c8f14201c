package app;

@UseCase
class Deletion {

	private final Client client;

	Deletion(Client client) {
		this.client = client;
	}

	void delete(int id) {
		this.client.delete(id).block();
	}

}
