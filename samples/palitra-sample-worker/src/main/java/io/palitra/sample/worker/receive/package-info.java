/**
 * The receiving side: a message, an asynchronous call, an answer.
 */
@NullMarked
package io.palitra.sample.worker.receive;

import org.jspecify.annotations.NullMarked;
