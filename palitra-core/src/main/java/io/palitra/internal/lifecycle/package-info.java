/**
 * How a runner starts and ends.
 */
@NullMarked
package io.palitra.internal.lifecycle;

import org.jspecify.annotations.NullMarked;
