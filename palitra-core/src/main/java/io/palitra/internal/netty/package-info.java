/**
 * What is known of Netty, by its names only: no dependency of this module.
 */
@NullMarked
package io.palitra.internal.netty;

import org.jspecify.annotations.NullMarked;
