/**
 * What an integration plugs into a runner.
 */
@NullMarked
package io.palitra.spi;

import org.jspecify.annotations.NullMarked;
