package io.palitra.benchmarks;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientAdapter;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;
import org.springframework.web.service.invoker.ReactorHttpExchangeAdapter;

import io.palitra.benchmarks.Contender.Role;
import io.palitra.spring.http.RunnerHttpExchangeAdapter;

/**
 * What does it cost that a method of an HTTP interface waits through a runner, if the
 * upstream answers at once?
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class HttpInterface {

	private static final String ID = "7";

	@Benchmark
	@Contender(value = "palitra: through a runner", role = Role.PALITRA)
	public String palitra(ThroughRunner peer) {
		return checked(peer.client.get(ID));
	}

	@Benchmark
	@Contender("Spring Framework: `Mono.block(…)`")
	public String framework(Blocking peer) {
		return checked(peer.client.get(ID));
	}

	private static String checked(String answer) {
		if (!answer.equals("/" + ID)) {
			throw new IllegalStateException("The upstream has answered " + answer);
		}
		return answer;
	}

	/**
	 * An HTTP interface.
	 */
	interface Client {

		@GetExchange("/{id}")
		String get(@PathVariable("id") String id);

	}

	/**
	 * As the starter has it.
	 */
	@State(Scope.Benchmark)
	public static class ThroughRunner extends Interface {

		private final Peers.Palitra peer = new Peers.Palitra();

		final Client client = create(new RunnerHttpExchangeAdapter(adapter(), this.peer.runner));

		@Override
		public void close() {
			this.peer.close();
			super.close();
		}

	}

	/**
	 * As Spring Framework has it, with a limit on the time.
	 */
	@State(Scope.Benchmark)
	public static class Blocking extends Interface {

		final Client client = create(adapter());

	}

	/**
	 * An upstream, and what it takes to call it.
	 */
	public abstract static class Interface {

		private final Upstream upstream = new Upstream(Duration.ZERO);

		final WebClientAdapter adapter() {
			WebClientAdapter adapter = WebClientAdapter.create(WebClient.create(this.upstream.url()));
			adapter.setBlockTimeout(Peers.TIMEOUT);
			return adapter;
		}

		static Client create(ReactorHttpExchangeAdapter adapter) {
			return HttpServiceProxyFactory.builderFor(adapter).build().createClient(Client.class);
		}

		@TearDown
		public void close() {
			this.upstream.close();
		}

	}

}
