/**
 * The command that sends messages to the workers and shows their answers.
 */
@NullMarked
package io.palitra.sample.worker.send;

import org.jspecify.annotations.NullMarked;
