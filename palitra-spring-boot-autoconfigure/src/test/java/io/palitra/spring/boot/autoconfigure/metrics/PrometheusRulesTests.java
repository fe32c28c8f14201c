package io.palitra.spring.boot.autoconfigure.metrics;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The alert rules that are shipped, as Prometheus' own tool sees them. What they say of
 * real applications, {@link PrometheusTroubleTests} tells.
 */
class PrometheusRulesTests {

	@BeforeEach
	void promtool() {
		assumeTrue(PrometheusServer.isInstalled("promtool"),
				"promtool is not on the PATH, the alert rules are not tested; .ci/prometheus installs it");
	}

	@Test
	void areValid() throws Exception {
		promtool("check", "rules", "--lint=all", "--lint-fatal", PrometheusServer.RULES.toString());
	}

	@Test
	void raiseOneAlertForEachKindOfTroubleAndNoneOtherwise() throws Exception {
		promtool("test", "rules", "src/test/resources/prometheus-rules-test.yml");
	}

	private static void promtool(String... arguments) throws Exception {
		String[] command = new String[arguments.length + 1];
		command[0] = PrometheusServer.executable("promtool").toString();
		System.arraycopy(arguments, 0, command, 1, arguments.length);
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
		assertThat(process.exitValue()).as(output).isZero();
	}

}
