/**
 * One call from hand-over to outcome, and the calls of one runner together. The only
 * place that decides how a call ends and that wakes its owner.
 */
@NullMarked
package io.palitra.internal.call;

import org.jspecify.annotations.NullMarked;
