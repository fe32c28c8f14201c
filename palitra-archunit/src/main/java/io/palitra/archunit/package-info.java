/**
 * Rules for ArchUnit that find where a thread waits for asynchronous work without a
 * runner.
 */
@NullMarked
package io.palitra.archunit;

import org.jspecify.annotations.NullMarked;
