/**
 * A synchronous face for an asynchronous object.
 */
@NullMarked
package io.palitra.internal.facade;

import org.jspecify.annotations.NullMarked;
