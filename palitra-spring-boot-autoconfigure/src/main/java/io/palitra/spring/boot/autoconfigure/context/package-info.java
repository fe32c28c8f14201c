/**
 * Carries what is bound to the caller's thread to the threads that work for it; needs
 * Micrometer's context propagation.
 */
@NullMarked
package io.palitra.spring.boot.autoconfigure.context;

import org.jspecify.annotations.NullMarked;
