/**
 * Comments in a database: read asynchronously, written in the caller's transaction.
 */
@NullMarked
package io.palitra.sample.webmvc.archive;

import org.jspecify.annotations.NullMarked;
