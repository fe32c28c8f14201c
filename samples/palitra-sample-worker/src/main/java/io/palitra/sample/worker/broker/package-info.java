/**
 * The broker: one in this process, unless the URL of another is given.
 */
@NullMarked
package io.palitra.sample.worker.broker;

import org.jspecify.annotations.NullMarked;
