/**
 * A command-line tool that fetches URLs: plain Java with the JDK's asynchronous HTTP
 * client.
 */
@NullMarked
package io.palitra.sample.cli;

import org.jspecify.annotations.NullMarked;
