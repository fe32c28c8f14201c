/**
 * The start page's view of the calls: the same ones that the other packages make, with
 * the time that each of them took.
 */
@NullMarked
package io.palitra.sample.webmvc.timeline;

import org.jspecify.annotations.NullMarked;
