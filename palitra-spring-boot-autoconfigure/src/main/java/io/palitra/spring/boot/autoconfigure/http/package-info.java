/**
 * Has Spring Boot's groups of HTTP interfaces wait through a runner.
 */
@NullMarked
package io.palitra.spring.boot.autoconfigure.http;

import org.jspecify.annotations.NullMarked;
