/**
 * What callers get to know when something goes wrong.
 */
@NullMarked
package com.example.comments.problem;

import org.jspecify.annotations.NullMarked;
