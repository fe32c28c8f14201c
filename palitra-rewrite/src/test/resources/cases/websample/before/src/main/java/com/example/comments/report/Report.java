package com.example.comments.report;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What one run of the job found.
 *
 * @param time when the run ended
 * @param comments how many comments the upstream has, {@code null} if the run failed
 * @param error why the run failed, {@code null} if it did not
 */
record Report(Instant time, @Nullable Integer comments, @Nullable String error) {
}
