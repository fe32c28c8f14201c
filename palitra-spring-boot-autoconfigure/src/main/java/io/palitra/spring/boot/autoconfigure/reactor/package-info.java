/**
 * What Reactor and the other reactive libraries need: their types as results of blocking
 * faces, their threads as threads that must not block, and the caller's context where
 * they look for it.
 */
@NullMarked
package io.palitra.spring.boot.autoconfigure.reactor;

import org.jspecify.annotations.NullMarked;
