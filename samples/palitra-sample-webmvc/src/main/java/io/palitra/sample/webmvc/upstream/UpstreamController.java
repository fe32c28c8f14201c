package io.palitra.sample.webmvc.upstream;

import java.net.URI;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

import io.palitra.sample.webmvc.SampleProperties;

/**
 * Lets the upstream in this process fail or fall silent. For trying the application out;
 * nothing to have in another one.
 */
@RestController
@RequestMapping("/api/upstream")
class UpstreamController {

	private final SampleProperties properties;

	private final Upstream upstream;

	private final ObjectProvider<UpstreamServer> server;

	UpstreamController(SampleProperties properties, Upstream upstream, ObjectProvider<UpstreamServer> server) {
		this.properties = properties;
		this.upstream = upstream;
		this.server = server;
	}

	@GetMapping
	State state() {
		UpstreamServer own = own();
		return new State(this.upstream.url(), (own != null) ? own.mood() : null);
	}

	@PutMapping("/{mood}")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void become(@PathVariable UpstreamServer.Mood mood) {
		UpstreamServer own = own();
		if (own == null) {
			throw new ResponseStatusException(HttpStatus.CONFLICT, "The upstream is " + this.upstream.url()
					+ ", whose mood cannot be changed from here; leave out sample.upstream-url to have one that can");
		}
		own.become(mood);
	}

	private @Nullable UpstreamServer own() {
		return (this.properties.upstreamUrl() == null) ? this.server.getObject() : null;
	}

	/**
	 * The state of the upstream.
	 *
	 * @param url where it is
	 * @param mood how it answers, {@code null} if that is not known
	 */
	record State(URI url, UpstreamServer.@Nullable Mood mood) {
	}

}
