/**
 * A shop that knows on whose behalf it works: in its logs, its traces and its
 * transactions.
 */
@NullMarked
package io.palitra.sample.context;

import org.jspecify.annotations.NullMarked;
