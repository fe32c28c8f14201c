/**
 * Makes Reactor's types tasks of a runner, with the two things that plain futures of them
 * lose: the context, and a cancellation that reaches the source.
 */
@NullMarked
package io.palitra.reactor;

import org.jspecify.annotations.NullMarked;
