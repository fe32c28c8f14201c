package app;

import io.palitra.EventLoopThreadRunner;

import static io.palitra.reactor.ReactorTasks.mono;

@UseCase
class Deletion {

	private final EventLoopThreadRunner runner;

	private final Client client;

	Deletion(Client client, EventLoopThreadRunner runner) {
		this.runner = runner;
		this.client = client;
	}

	void delete(int id) {
		this.runner.run(mono(this.client.delete(id)));
	}

}
