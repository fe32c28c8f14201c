/**
 * What a slow partner thinks of comments. It is called through a runner of its own, so
 * that nobody else waits for it.
 */
@NullMarked
package com.example.comments.rating;

import org.jspecify.annotations.NullMarked;
