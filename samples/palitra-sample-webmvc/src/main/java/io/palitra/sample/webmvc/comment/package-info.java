/**
 * Comments, fetched from the upstream by asynchronous clients and served by synchronous
 * controllers.
 */
@NullMarked
package io.palitra.sample.webmvc.comment;

import org.jspecify.annotations.NullMarked;
