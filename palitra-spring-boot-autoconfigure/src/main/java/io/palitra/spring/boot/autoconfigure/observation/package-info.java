/**
 * Observes the calls; needs Micrometer's observation.
 */
@NullMarked
package io.palitra.spring.boot.autoconfigure.observation;

import org.jspecify.annotations.NullMarked;
