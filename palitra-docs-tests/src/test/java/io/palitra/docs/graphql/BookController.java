package io.palitra.docs.graphql;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.springframework.graphql.data.method.annotation.BatchMapping;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.stereotype.Controller;

import io.palitra.EventLoopThreadRunner;

// tag::controller[]
@Controller
class BookController {

	private static final Duration LIMIT = Duration.ofSeconds(10);

	private final EventLoopThreadRunner runner;

	private final Library library;

	BookController(EventLoopThreadRunner runner, Library library) {
		this.runner = runner;
		this.library = library;
	}

	@QueryMapping
	List<Book> books() {
		return this.runner.run(this.library::books, LIMIT);
	}

	@BatchMapping
	Map<Book, Author> author(List<Book> books) {
		List<Integer> ids = books.stream().map(Book::authorId).distinct().toList();
		Map<Integer, Author> authors = this.runner.run(() -> this.library.authors(ids), LIMIT);
		Map<Book, Author> authorOfBook = new LinkedHashMap<>();
		books.forEach((book) -> authorOfBook.put(book, authors.get(book.authorId())));
		return authorOfBook;
	}

	interface Library {

		CompletableFuture<List<Book>> books();

		CompletableFuture<Map<Integer, Author>> authors(List<Integer> ids);

	}

	record Book(String title, int authorId) {
	}

	record Author(String name) {
	}

}
// end::controller[]
