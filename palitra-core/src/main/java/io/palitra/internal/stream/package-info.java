/**
 * Publishers and callbacks as what a runner can wait for: a stream that blocks, a stage.
 */
@NullMarked
package io.palitra.internal.stream;

import org.jspecify.annotations.NullMarked;
