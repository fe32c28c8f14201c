package io.palitra.docs.graphql;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.graphql.ExecutionGraphQlResponse;
import org.springframework.graphql.data.method.annotation.support.AnnotatedControllerConfigurer;
import org.springframework.graphql.execution.DefaultBatchLoaderRegistry;
import org.springframework.graphql.execution.DefaultExecutionGraphQlService;
import org.springframework.graphql.execution.GraphQlSource;
import org.springframework.graphql.support.DefaultExecutionGraphQlRequest;

import io.palitra.EventLoopThreadRunner;
import io.palitra.docs.graphql.BookController.Author;
import io.palitra.docs.graphql.BookController.Book;
import io.palitra.docs.graphql.BookController.Library;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The recipe for GraphQL, executed as Spring for GraphQL does it.
 */
class GraphQlRecipeTests {

	private static final String SCHEMA = """
			type Query { books: [Book] }
			type Book { title: String author: Author }
			type Author { name: String }
			""";

	private final Queue<List<Integer>> asked = new ConcurrentLinkedQueue<>();

	@Test
	void authorsOfAllBooksAreOneCall() {
		Library library = new Library() {

			@Override
			public CompletableFuture<List<Book>> books() {
				return CompletableFuture.supplyAsync(
						() -> List.of(new Book("Emma", 1), new Book("Persuasion", 1), new Book("Middlemarch", 2)));
			}

			@Override
			public CompletableFuture<Map<Integer, Author>> authors(List<Integer> ids) {
				GraphQlRecipeTests.this.asked.add(ids);
				return CompletableFuture.supplyAsync(() -> Map.of(1, new Author("Austen"), 2, new Author("Eliot")));
			}

		};
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			context.register(BookController.class);
			context.registerBean(EventLoopThreadRunner.class, EventLoopThreadRunner::create);
			context.registerBean(Library.class, () -> library);
			context.registerBean(DefaultBatchLoaderRegistry.class, () -> new DefaultBatchLoaderRegistry());
			context.registerBean(AnnotatedControllerConfigurer.class);
			context.refresh();
			ExecutionGraphQlResponse response = execute(context, "{ books { title author { name } } }");
			assertThat(response.getErrors()).isEmpty();
			assertThat(response.field("books[1].author.name").<String>getValue()).isEqualTo("Austen");
			assertThat(response.field("books[2].author.name").<String>getValue()).isEqualTo("Eliot");
			assertThat(this.asked).containsExactly(List.of(1, 2));
		}
	}

	private static ExecutionGraphQlResponse execute(AnnotationConfigApplicationContext context, String document) {
		GraphQlSource source = GraphQlSource.schemaResourceBuilder()
			.schemaResources(new ByteArrayResource(SCHEMA.getBytes(StandardCharsets.UTF_8)))
			.configureRuntimeWiring(context.getBean(AnnotatedControllerConfigurer.class))
			.build();
		DefaultExecutionGraphQlService service = new DefaultExecutionGraphQlService(source);
		service.addDataLoaderRegistrar(context.getBean(DefaultBatchLoaderRegistry.class));
		ExecutionGraphQlResponse response = service
			.execute(new DefaultExecutionGraphQlRequest(document, null, null, null, "1", null))
			.block(Duration.ofSeconds(60));
		assertThat(response).isNotNull();
		return response;
	}

}
