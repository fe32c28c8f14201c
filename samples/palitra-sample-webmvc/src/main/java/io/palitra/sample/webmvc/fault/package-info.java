/**
 * Mistakes, made on purpose, to see what they do.
 */
@NullMarked
package io.palitra.sample.webmvc.fault;

import org.jspecify.annotations.NullMarked;
