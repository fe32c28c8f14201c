package io.palitra.sample.webmvc;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is fetched asynchronously is written in the caller's transaction.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "upstream.port=0", "upstream.latency=0", "palitra.runner.timeout=30s",
				"sample.report.interval=1h", "sample.report.timeout=30s" })
@AutoConfigureRestTestClient
class ArchiveTests {

	@Autowired
	private RestTestClient client;

	@BeforeEach
	void clear() {
		this.client.delete().uri("/api/archive").exchange().expectStatus().isNoContent();
	}

	@Test
	void c7CommentsAreSavedByTheThreadOfTheTransaction() {
		this.client.post()
			.uri("/api/archive?id=3&id=1")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.json("""
					[{ "id": 1, "author": "author-1", "text": "This is comment 1." }, { "id": 3 }]""")
			.jsonPath("$[*].savedBy")
			.value((savedBy) -> assertThat(savedBy.toString()).contains("exec-").doesNotContain("loop", "reactor"));
	}

	@Test
	void c7OneCommentThatIsMissingRollsBackTheOthers() {
		this.client.post().uri("/api/archive?id=1").exchange().expectStatus().isOk();
		this.client.post()
			.uri("/api/archive?id=2&id=3&id=404")
			.exchange()
			.expectStatus()
			.isEqualTo(HttpStatus.NOT_FOUND)
			.expectBody()
			.jsonPath("$.detail")
			.isEqualTo("The upstream has no comment 404");
		this.client.get()
			.uri("/api/archive")
			.exchange()
			.expectBody()
			.jsonPath("$.length()")
			.isEqualTo(1)
			.jsonPath("$[0].id")
			.isEqualTo(1);
	}

}
