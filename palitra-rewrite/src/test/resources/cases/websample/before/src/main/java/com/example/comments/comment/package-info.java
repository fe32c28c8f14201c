/**
 * Comments, fetched from the upstream by asynchronous clients and served by synchronous
 * controllers.
 */
@NullMarked
package com.example.comments.comment;

import org.jspecify.annotations.NullMarked;
