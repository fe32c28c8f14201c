/**
 * What callers get to know when something goes wrong.
 */
@NullMarked
package io.palitra.sample.webmvc.problem;

import org.jspecify.annotations.NullMarked;
