/**
 * Carries what is bound to the caller's thread to the threads that work for it: what
 * Micrometer's context propagation and OpenTelemetry know of.
 */
@NullMarked
package io.palitra.spring.boot.autoconfigure.context;

import org.jspecify.annotations.NullMarked;
