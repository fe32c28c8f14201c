package io.palitra.internal.loop;

/**
 * What keeps the fields of a subclass out of the cache line of what comes before them in
 * memory: two threads that write to one line, or of which one writes and the other reads,
 * wait for each other.
 */
abstract class Padding {

	long p1;

	long p2;

	long p3;

	long p4;

	long p5;

	long p6;

	long p7;

	long p8;

}
