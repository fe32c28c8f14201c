/**
 * Runners for tests of parts of a Spring Boot application.
 */
@NullMarked
package io.palitra.spring.boot.test;

import org.jspecify.annotations.NullMarked;
