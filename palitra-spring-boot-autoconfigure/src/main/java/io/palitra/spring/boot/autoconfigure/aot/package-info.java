/**
 * Helps applications that are compiled to native images.
 */
@NullMarked
package io.palitra.spring.boot.autoconfigure.aot;

import org.jspecify.annotations.NullMarked;
