/**
 * Closes of runners whose owners are in the middle of something.
 */
@NullMarked
package io.palitra.stress.close;

import org.jspecify.annotations.NullMarked;
