/**
 * The sample application as a process of its own, under load, while everything around it
 * fails.
 */
@NullMarked
package io.palitra.stress.sample;

import org.jspecify.annotations.NullMarked;
