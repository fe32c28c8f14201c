package com.example.comments.comment;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ProblemDetail;

/**
 * What became of one of several comments.
 *
 * @param comment the comment, {@code null} if it could not be fetched
 * @param problem why not, {@code null} if it could
 */
record CommentOutcome(@Nullable Comment comment, @Nullable ProblemDetail problem) {
}
