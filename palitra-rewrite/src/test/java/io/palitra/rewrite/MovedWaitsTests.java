package io.palitra.rewrite;

import org.junit.jupiter.api.Test;

/**
 * Waits that become the runner's, in classes that have one.
 */
class MovedWaitsTests extends AbstractRecipeTests {

	private static final String HEAD = """
			package app;

			%s
			import io.palitra.EventLoopThreadRunner;
			%s
			class Service {

				private final EventLoopThreadRunner runner;

				private final Client client;

				Service(EventLoopThreadRunner runner, Client client) {
					this.runner = runner;
					this.client = client;
				}

			%s
			}
			""";

	private void move(String importsBefore, String before, String importsAfter, String staticImport, String after) {
		move(HEAD.formatted(importsBefore, "", before.indent(4).replace("    ", "\t")),
				HEAD.formatted(importsAfter, staticImport, after.indent(4).replace("    ", "\t")));
	}

	private static final String MONO = "\nimport static io.palitra.reactor.ReactorTasks.mono;\n";

	@Test
	void block() {
		move("", """
				String name(int id) {
				    Client.User user = this.client.user(id).block();
				    return user.name();
				}
				""", "", MONO, """
				String name(int id) {
				    Client.User user = this.runner.run(mono(this.client.user(id)));
				    return user.name();
				}
				""");
	}

}
