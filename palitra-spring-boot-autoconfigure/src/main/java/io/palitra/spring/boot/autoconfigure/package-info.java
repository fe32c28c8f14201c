/**
 * Gives a Spring Boot application its event loop: the runner as a bean, its properties,
 * its part in the life of the application context, and what is wrong with a property.
 */
@NullMarked
package io.palitra.spring.boot.autoconfigure;

import org.jspecify.annotations.NullMarked;
