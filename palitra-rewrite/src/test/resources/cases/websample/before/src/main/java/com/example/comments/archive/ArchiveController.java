package com.example.comments.archive;

import java.util.List;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * Serves the archive, and adds to it what the upstream has.
 */
@RestController
@RequestMapping("/api/archive")
class ArchiveController {

	private final Archive archive;

	ArchiveController(Archive archive) {
		this.archive = archive;
	}

	@GetMapping
	List<ArchivedComment> all() {
		return this.archive.findAll();
	}

	@PostMapping
	List<ArchivedComment> add(@RequestParam List<Integer> id) {
		this.archive.add(id);
		return this.archive.findAll();
	}

	@DeleteMapping
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void clear() {
		this.archive.clear();
	}

}
