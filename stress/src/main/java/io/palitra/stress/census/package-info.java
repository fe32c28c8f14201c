/**
 * What lives in the process.
 */
@NullMarked
package io.palitra.stress.census;

import org.jspecify.annotations.NullMarked;
