package com.example.comments.upstream;

import org.jspecify.annotations.Nullable;

/**
 * The upstream answered, but not with what it was asked for.
 */
public class UpstreamException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	public UpstreamException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
