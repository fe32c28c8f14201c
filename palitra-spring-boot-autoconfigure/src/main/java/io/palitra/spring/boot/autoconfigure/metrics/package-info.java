/**
 * Measures the runners; needs Micrometer.
 */
@NullMarked
package io.palitra.spring.boot.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
