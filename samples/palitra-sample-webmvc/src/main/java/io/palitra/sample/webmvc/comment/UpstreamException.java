package io.palitra.sample.webmvc.comment;

import org.jspecify.annotations.Nullable;

/**
 * The upstream answered, but not with what it was asked for.
 */
class UpstreamException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	UpstreamException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
