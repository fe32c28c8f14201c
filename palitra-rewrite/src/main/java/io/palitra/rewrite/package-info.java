/**
 * A recipe for OpenRewrite that moves code which waits by hand to a runner.
 */
@NullMarked
package io.palitra.rewrite;

import org.jspecify.annotations.NullMarked;
