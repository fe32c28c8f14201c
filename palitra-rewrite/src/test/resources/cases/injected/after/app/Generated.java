package app;

import io.palitra.EventLoopThreadRunner;
import lombok.RequiredArgsConstructor;
import org.springframework.stereotype.Service;

@Service
@RequiredArgsConstructor
public class Generated {

	private final EventLoopThreadRunner runner;

	private final Client client;

	public String name(int id) {
		return this.runner.run(() -> this.client.userAsync(id)).name();
	}

}
