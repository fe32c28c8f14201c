package com.example.comments.comment;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * The upstream does not have the comment.
 */
class NoSuchCommentException extends ErrorResponseException {

	private static final long serialVersionUID = 1L;

	NoSuchCommentException(int id) {
		super(HttpStatus.NOT_FOUND,
				ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, "The upstream has no comment " + id), null);
	}

}
