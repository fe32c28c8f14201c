/**
 * Shows calls to the JDK's Flight Recorder; needs the JDK's module {@code jdk.jfr}.
 */
@NullMarked
package io.palitra.spring.boot.autoconfigure.jfr;

import org.jspecify.annotations.NullMarked;
