/**
 * What the rooms below share.
 */
@NullMarked
package io.palitra.internal;

import org.jspecify.annotations.NullMarked;
