/**
 * Runners for tests with JUnit Jupiter, 5.12 or later.
 */
@NullMarked
package io.palitra.test;

import org.jspecify.annotations.NullMarked;
