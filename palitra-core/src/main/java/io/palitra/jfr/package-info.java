/**
 * Shows calls to the JDK's Flight Recorder; needs the module {@code jdk.jfr}, which every
 * full JDK has and the rest of palitra does without.
 */
@NullMarked
package io.palitra.jfr;

import org.jspecify.annotations.NullMarked;
