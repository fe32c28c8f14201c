/**
 * A publisher read by a thread that blocks.
 */
@NullMarked
package io.palitra.internal.stream;

import org.jspecify.annotations.NullMarked;
