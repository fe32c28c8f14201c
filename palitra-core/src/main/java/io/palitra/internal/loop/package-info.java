/**
 * The event loop: its queue, its timers, its thread. Knows nothing of calls.
 */
@NullMarked
package io.palitra.internal.loop;

import org.jspecify.annotations.NullMarked;
