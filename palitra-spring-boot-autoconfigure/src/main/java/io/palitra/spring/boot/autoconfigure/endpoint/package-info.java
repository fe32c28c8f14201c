/**
 * Shows the runners and their calls in flight; needs {@code spring-boot-actuator}.
 */
@NullMarked
package io.palitra.spring.boot.autoconfigure.endpoint;

import org.jspecify.annotations.NullMarked;
