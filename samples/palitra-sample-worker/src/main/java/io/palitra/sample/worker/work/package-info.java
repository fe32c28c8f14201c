/**
 * The work: a message, an asynchronous call, an answer.
 */
@NullMarked
package io.palitra.sample.worker.work;

import org.jspecify.annotations.NullMarked;
