package io.palitra.spring.boot.starter.slice;

import org.springframework.r2dbc.core.DatabaseClient;

import io.palitra.EventLoopThreadRunner;
import io.palitra.reactor.ReactorTasks;

class GreetingRepository {

	private final DatabaseClient database;

	private final EventLoopThreadRunner runner;

	GreetingRepository(DatabaseClient database, EventLoopThreadRunner runner) {
		this.database = database;
		this.runner = runner;
	}

	String greeting() {
		return this.runner.run(ReactorTasks.mono(this.database.sql("SELECT 'hello'").mapValue(String.class).one()));
	}

}
