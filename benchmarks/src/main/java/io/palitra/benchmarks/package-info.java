/**
 * Measures palitra against the other ways to wait for asynchronous work, one class per
 * question.
 */
@NullMarked
package io.palitra.benchmarks;

import org.jspecify.annotations.NullMarked;
