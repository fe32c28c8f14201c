/**
 * Comments in a database: read asynchronously, written in the caller's transaction.
 */
@NullMarked
package com.example.comments.archive;

import org.jspecify.annotations.NullMarked;
