package io.palitra.sample.worker.receive;

import java.time.Instant;

/**
 * What came of a message.
 *
 * @param input the message
 * @param processed what the work made of it
 * @param timestamp when the work was done
 */
record Answer(String input, String processed, Instant timestamp) {
}
