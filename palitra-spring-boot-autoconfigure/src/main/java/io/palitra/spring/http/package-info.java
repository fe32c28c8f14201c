/**
 * HTTP interfaces ({@code @HttpExchange}) whose blocking methods wait through a runner.
 */
@NullMarked
package io.palitra.spring.http;

import org.jspecify.annotations.NullMarked;
