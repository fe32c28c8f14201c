package com.example.comments.archive;

import java.util.List;

import io.palitra.EventLoopThreadRunner;
import io.palitra.reactor.ReactorTasks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import reactor.core.publisher.Flux;

import com.example.comments.comment.Comment;
import com.example.comments.comment.CommentWebClient;

/**
 * Keeps comments in a database.
 */
@Service
class Archive {

	private static final Logger logger = LoggerFactory.getLogger(Archive.class);

	private final EventLoopThreadRunner runner;

	private final CommentWebClient client;

	private final JdbcClient jdbc;

	Archive(CommentWebClient client, JdbcClient jdbc, EventLoopThreadRunner runner) {
		this.runner = runner;
		this.client = client;
		this.jdbc = jdbc;
	}

	/**
	 * Saves all of the comments or none. They are fetched concurrently, and each is saved
	 * as soon as it has come, by the thread that waits here: it holds the transaction.
	 */
	@Transactional
	void add(List<Integer> ids) {
		Flux<Comment> comments = Flux.fromIterable(ids).flatMap(this.client::find);
		for (Comment comment : (Iterable<Comment>) ReactorTasks.stream(this.runner, comments)::iterator) {
			save(comment);
		}
	}

	private void save(Comment comment) {
		logger.debug("Saving comment {}", comment.id());
		this.jdbc.sql("merge into archive (id, author, text, saved_by) values (?, ?, ?, ?)")
			.params(comment.id(), comment.author(), comment.text(), Thread.currentThread().getName())
			.update();
	}

	List<ArchivedComment> findAll() {
		return this.jdbc.sql("select id, author, text, saved_by from archive order by id")
			.query(DataClassRowMapper.newInstance(ArchivedComment.class))
			.list();
	}

	void clear() {
		this.jdbc.sql("delete from archive").update();
	}

}
