/**
 * The application itself: a servlet application whose clients are asynchronous.
 */
@NullMarked
package io.palitra.sample.webmvc;

import org.jspecify.annotations.NullMarked;
