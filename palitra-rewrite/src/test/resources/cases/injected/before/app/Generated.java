package app;

import lombok.RequiredArgsConstructor;
import org.springframework.stereotype.Service;

@Service
@RequiredArgsConstructor
public class Generated {

	private final Client client;

	public String name(int id) {
		return this.client.userAsync(id).join().name();
	}

}
