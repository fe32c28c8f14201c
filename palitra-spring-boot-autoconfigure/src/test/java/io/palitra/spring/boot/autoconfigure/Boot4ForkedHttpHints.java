package io.palitra.spring.boot.autoconfigure;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.test.agent.RuntimeHintsInvocations;
import org.springframework.aot.test.agent.RuntimeHintsRecorder;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.javapoet.ClassName;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientAdapter;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

import io.palitra.EventLoopThreadRunner;
import io.palitra.spring.http.RunnerHttpExchangeAdapter;
import io.palitra.spring.http.Upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What {@link Boot4ForkedHttpTests} start with an agent that records reflection: compares
 * what calls of an HTTP interface do with the hints of an application that is processed
 * ahead of time.
 */
@SuppressWarnings({ "deprecation", "removal" })
public final class Boot4ForkedHttpHints {

	private Boot4ForkedHttpHints() {
	}

	public static void main(String[] args) {
		try (Upstream upstream = new Upstream(); EventLoopThreadRunner runner = EventLoopThreadRunner.create()) {
			RunnerHttpExchangeAdapter adapter = new RunnerHttpExchangeAdapter(
					WebClientAdapter.create(WebClient.create(upstream.url())), runner);
			RuntimeHintsInvocations reflection = RuntimeHintsRecorder.record(() -> {
				adapter.verify(Boot4ForkedHttpApplication.Users.class);
				HttpServiceProxyFactory.builderFor(adapter)
					.build()
					.createClient(Boot4ForkedHttpApplication.Users.class)
					.find(1);
			});
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> assertThat(reflection).match(new RuntimeHints()));
			assertThat(reflection).match(hints());
			System.out.println("reflection has hints");
		}
	}

	private static RuntimeHints hints() {
		DefaultGenerationContext generation = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get(Boot4ForkedHttpApplication.class)), new InMemoryGeneratedFiles());
		try (AnnotationConfigApplicationContext application = new AnnotationConfigApplicationContext()) {
			application.register(Boot4ForkedHttpApplication.class);
			new ApplicationContextAotGenerator().processAheadOfTime(application, generation);
		}
		return generation.getRuntimeHints();
	}

}
