/**
 * What a caller touches: the runner, its options and outcomes, the exceptions it throws,
 * and the runner of the whole process.
 */
@NullMarked
package io.palitra;

import org.jspecify.annotations.NullMarked;
