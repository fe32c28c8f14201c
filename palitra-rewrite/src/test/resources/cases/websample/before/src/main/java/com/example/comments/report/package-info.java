/**
 * A report on the upstream, made by a scheduled job: there is no request to wait for, yet
 * the client is the same asynchronous one.
 */
@NullMarked
package com.example.comments.report;

import org.jspecify.annotations.NullMarked;
