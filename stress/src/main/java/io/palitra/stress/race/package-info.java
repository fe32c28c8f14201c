/**
 * Two threads that meet at the same call, hop, permit or runner, in every order that
 * jcstress can bring about. Every outcome that may be is listed, and says what has
 * happened; any other fails the build.
 * <p>
 * The classes named {@code Life...} make a runner for every meeting, and so a thread:
 * jcstress must not prepare thousands of meetings ahead for them.
 */
@NullMarked
package io.palitra.stress.race;

import org.jspecify.annotations.NullMarked;
