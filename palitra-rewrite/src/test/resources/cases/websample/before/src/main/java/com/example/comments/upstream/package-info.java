/**
 * The service that this application calls. By default it is a second HTTP server in the
 * same process, so that the sample runs on its own; no other package knows.
 */
@NullMarked
package com.example.comments.upstream;

import org.jspecify.annotations.NullMarked;
