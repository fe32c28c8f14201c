package io.palitra.sample.cli;

import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import io.palitra.Palitra;
import io.palitra.RunInterruptedException;
import io.palitra.RunOptions;
import io.palitra.RunnerClosedException;

/**
 * Fetches URLs concurrently and tells what came of each.
 */
@Command(name = "palitra-sample-cli", sortOptions = false,
		description = "Fetches URLs concurrently and prints status, size and time of each.",
		exitCodeListHeading = "Exit codes:%n",
		exitCodeList = { "0:every URL was fetched", "1:a URL was not, or its status is 400 or above", "2:wrong usage",
				"130:interrupted; what is known by then is printed" })
public final class FetchCommand implements Callable<Integer> {

	private static final int FETCHED = 0;

	private static final int NOT_FETCHED = 1;

	private static final int INTERRUPTED = 130;

	/**
	 * How long an interrupted process may take to print what it knows.
	 */
	private static final Duration LAST_WORDS = Duration.ofSeconds(5);

	/**
	 * Held here, or what is set on it may be forgotten.
	 */
	private static final Logger palitraLogger = Logger.getLogger("io.palitra");

	@Spec
	@SuppressWarnings("NullAway.Init")
	private CommandSpec spec;

	@Parameters(arity = "1..*", paramLabel = "URL", converter = HttpUrl.class,
			description = "What to fetch, http or https.")
	@SuppressWarnings("NullAway.Init")
	private List<URI> urls;

	private int concurrency;

	@Option(names = "--timeout", paramLabel = "DURATION", defaultValue = "30s", converter = PlainDuration.class,
			description = "Longest time for one URL, such as 500ms, 10s or 2m (default: ${DEFAULT-VALUE}).")
	@SuppressWarnings("NullAway.Init")
	private Duration timeout;

	@Option(names = "--progress", negatable = true,
			description = "Show a progress bar after a second, or do not (default: show it in a terminal).")
	private @Nullable Boolean progress;

	@Option(names = { "-h", "--help" }, usageHelp = true, description = "Show this help and exit.")
	private boolean help;

	public static void main(String[] args) {
		// The first request loads the client's classes on the loop, which is worth a
		// warning only in a server.
		palitraLogger.setLevel(Level.SEVERE);
		System.exit(new CommandLine(new FetchCommand()).execute(args));
	}

	@Option(names = "--concurrency", paramLabel = "N", defaultValue = "8",
			description = "Most requests at the same time (default: ${DEFAULT-VALUE}).")
	void setConcurrency(int concurrency) {
		if (concurrency < 1) {
			throw new ParameterException(this.spec.commandLine(),
					"Invalid value for option '--concurrency': '" + concurrency + "' is less than 1");
		}
		this.concurrency = concurrency;
	}

	@Override
	public Integer call() {
		Thread caller = Thread.currentThread();
		CountDownLatch printed = new CountDownLatch(1);
		Runtime.getRuntime().addShutdownHook(new Thread(() -> interrupt(caller, printed), "interrupted"));
		try {
			List<Fetch> fetches;
			boolean ended;
			try (Progress bar = new Progress(System.err, this.urls.size(), isProgressWanted())) {
				fetches = fetches(bar::step);
				ended = fetch(fetches);
			}
			boolean fetched = print(fetches);
			return ended ? (fetched ? FETCHED : NOT_FETCHED) : INTERRUPTED;
		}
		finally {
			printed.countDown();
		}
	}

	/**
	 * Holds the end of the process, after Ctrl-C, until the caller has given up and
	 * printed. Once it has, nothing is held.
	 */
	private static void interrupt(Thread caller, CountDownLatch printed) {
		if (printed.getCount() == 0) {
			return;
		}
		caller.interrupt();
		try {
			printed.await(LAST_WORDS.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private boolean isProgressWanted() {
		return (this.progress != null) ? this.progress : System.console() != null;
	}

	private List<Fetch> fetches(Runnable whenEnded) {
		HttpClient client = HttpClient.newBuilder()
			.followRedirects(Redirect.NORMAL)
			.connectTimeout(this.timeout)
			.build();
		return this.urls.stream().map((url) -> new Fetch(client, url, this.timeout, whenEnded)).toList();
	}

	/**
	 * Returns whether all have ended, rather than been cancelled.
	 */
	private boolean fetch(List<Fetch> fetches) {
		// Each fetch has a limit of its own, all together have none.
		RunOptions options = RunOptions.defaults()
			.name("fetch")
			.timeout(ChronoUnit.FOREVER.getDuration())
			.maxConcurrency(this.concurrency)
			.longRunning();
		try {
			Palitra.gatherOutcomes(fetches, options);
			return true;
		}
		catch (RunInterruptedException | RunnerClosedException ex) {
			// Ctrl-C: palitra has cancelled what ran, and every fetch knows how far it
			// got.
			return false;
		}
	}

	private boolean print(List<Fetch> fetches) {
		PrintWriter out = this.spec.commandLine().getOut();
		List<Result> results = fetches.stream().map(Fetch::result).toList();
		out.println(Result.HEADER);
		results.forEach(out::println);
		out.flush();
		long fetched = results.stream().filter(Result::isFetched).count();
		this.spec.commandLine().getErr().println(fetched + " of " + results.size() + " fetched");
		return fetched == results.size();
	}

}
