/**
 * The application itself: a servlet application whose clients are asynchronous.
 */
@NullMarked
package com.example.comments;

import org.jspecify.annotations.NullMarked;
