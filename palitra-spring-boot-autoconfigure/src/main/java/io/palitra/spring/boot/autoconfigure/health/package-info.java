/**
 * Tells the health of the runners; needs {@code spring-boot-health}.
 */
@NullMarked
package io.palitra.spring.boot.autoconfigure.health;

import org.jspecify.annotations.NullMarked;
