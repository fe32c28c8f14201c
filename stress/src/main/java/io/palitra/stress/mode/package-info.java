/**
 * Soaks that each try one kind of fault: what hangs, loses or keeps something.
 */
@NullMarked
package io.palitra.stress.mode;

import org.jspecify.annotations.NullMarked;
