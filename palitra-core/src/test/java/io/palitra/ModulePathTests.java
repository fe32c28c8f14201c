package io.palitra;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A program that uses palitra as a module and has nothing else, no annotations either.
 */
@DisplayName("C22 Palitra as a module")
class ModulePathTests {

	private static final Map<String, String> SOURCES = Map.of("module-info.java", """
			module consumer {

				requires io.palitra;

				exports consumer.open;

			}
			""", "consumer/open/Users.java", """
			package consumer.open;

			public interface Users {

				String load(int id);

				default String loadTwice(int id) {
					return load(id) + load(id);
				}

			}
			""", "consumer/open/AsyncUsers.java", """
			package consumer.open;

			import java.util.concurrent.CompletableFuture;

			public class AsyncUsers {

				public AsyncUsers() {
				}

				public CompletableFuture<String> load(int id) {
					return CompletableFuture.supplyAsync(() -> "user" + id);
				}

			}
			""", "consumer/hidden/Target.java", """
			package consumer.hidden;

			import java.util.concurrent.CompletableFuture;

			public class Target {

				public CompletableFuture<String> load(int id) {
					return CompletableFuture.completedFuture("hidden" + id);
				}

			}
			""", "consumer/hidden/Main.java", """
			package consumer.hidden;

			import java.util.List;
			import java.util.concurrent.CompletableFuture;
			import java.util.concurrent.SubmissionPublisher;
			import java.util.stream.Stream;

			import consumer.open.AsyncUsers;
			import consumer.open.Users;
			import io.palitra.BlockingNotAllowedException;
			import io.palitra.EventLoopThreadRunner;
			import io.palitra.Outcome;
			import io.palitra.Palitra;
			import io.palitra.RunOptions;
			import io.palitra.spi.ContextCarrier;
			import io.palitra.spi.RunEvent;
			import io.palitra.spi.RunListener;

			public class Main {

				public static void main(String[] args) {
					ContextCarrier carrier = () -> () -> () -> {
					};
					try (EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
						.contextCarrier(carrier)
						.blockingDetector((thread) -> false)
						.onDiscard(System.out::println)
						.listener(new RunListener() {

							@Override
							public void onSubmit(RunEvent run) {
								System.out.println(run.getTaskName());
							}

						})
						.build()) {
						System.out.println(runner.run(() -> CompletableFuture.supplyAsync(() -> "run"),
								RunOptions.defaults().name("named")));
						String hop = runner.runScoped((scope) -> CompletableFuture
							.supplyAsync(() -> Thread.currentThread().getName(), scope.caller()));
						System.out.println(hop);
						List<Outcome<String>> outcomes = runner
							.gatherOutcomes(() -> CompletableFuture.completedFuture("gathered"));
						System.out.println(outcomes);
						Users users = runner.blocking(Users.class, new AsyncUsers());
						System.out.println(users.load(1));
						System.out.println(users.loadTwice(2));
						try {
							runner.blocking(Users.class, new Target());
						}
						catch (IllegalArgumentException ex) {
							System.out.println("refused: " + ex.getMessage().replaceAll("\\\\s+", " "));
						}
						try {
							runner.run(() -> CompletableFuture.completedFuture(runner.run(CompletableFuture::new)));
						}
						catch (BlockingNotAllowedException ex) {
							System.out.println("not allowed");
						}
						try (Stream<String> stream = runner.stream((subscriber) -> {
							SubmissionPublisher<String> publisher = new SubmissionPublisher<>(Runnable::run, 1);
							publisher.subscribe(subscriber);
							publisher.submit("streamed");
							publisher.close();
						})) {
							System.out.println(stream.toList());
						}
					}
					System.out.println(Palitra.<String>run(() -> CompletableFuture.completedFuture("global")));
					System.out.println(EventLoopThreadRunner.class.getModule());
				}

			}
			""");

	@TempDir
	private Path folder;

	@Test
	void consumerCompilesAndRunsOnTheModulePathWithNothingElse() throws Exception {
		Path classes = compile();
		List<String> output = run(classes);
		assertThat(output).contains("named", "run", "main", "[Success[value=gathered]]", "Users.load", "user1",
				"user2user2", "not allowed", "[streamed]", "global", "module io.palitra");
		// What the module keeps to itself is refused with a word about what to do
		assertThat(output).filteredOn((line) -> line.startsWith("refused: "))
			.singleElement()
			.asString()
			.contains("consumer.hidden.Target", "load(int)", "opens consumer.hidden to io.palitra");
	}

	private Path compile() throws IOException {
		List<String> arguments = new ArrayList<>(List.of("--release", "17", "-Xlint:all", "-Werror", "--module-path",
				palitra().toString(), "-d", this.folder.resolve("classes").toString()));
		for (Map.Entry<String, String> source : SOURCES.entrySet()) {
			Path file = this.folder.resolve("src").resolve(source.getKey());
			Files.createDirectories(file.getParent());
			arguments.add(Files.writeString(file, source.getValue()).toString());
		}
		StringWriter messages = new StringWriter();
		PrintWriter writer = new PrintWriter(messages);
		int result = ToolProvider.findFirst("javac")
			.orElseThrow()
			.run(writer, writer, arguments.toArray(String[]::new));
		assertThat(result).as(messages::toString).isZero();
		return this.folder.resolve("classes");
	}

	private List<String> run(Path classes) throws IOException, InterruptedException {
		Path output = this.folder.resolve("output");
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"--module-path", palitra() + File.pathSeparator + classes, "--module", "consumer/consumer.hidden.Main")
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		try {
			assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			process.destroyForcibly();
		}
		assertThat(process.exitValue()).as(() -> read(output).toString()).isZero();
		return read(output);
	}

	private static List<String> read(Path file) {
		try {
			return Files.readAllLines(file);
		}
		catch (IOException ex) {
			return List.of(ex.toString());
		}
	}

	private static Path palitra() {
		try {
			return Path.of(EventLoopThreadRunner.class.getProtectionDomain().getCodeSource().getLocation().toURI());
		}
		catch (URISyntaxException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
