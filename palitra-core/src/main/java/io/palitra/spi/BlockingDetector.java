package io.palitra.spi;

/**
 * Knows threads that must not block, besides the loops of runners: calls made on them are
 * refused before anything starts (rule C6).
 * <p>
 * Asked at every call, concurrently: must be quick and thread-safe. One that throws is
 * logged and taken to know nothing.
 */
@FunctionalInterface
public interface BlockingDetector {

	/**
	 * Tells whether a thread must not block.
	 * @param thread the current thread
	 * @return whether blocking is forbidden on it
	 */
	boolean mustNotBlock(Thread thread);

}
