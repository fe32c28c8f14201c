/**
 * A worker whose messages become asynchronous work, on a broker in the same process or
 * elsewhere.
 */
@NullMarked
package io.palitra.sample.worker;

import org.jspecify.annotations.NullMarked;
