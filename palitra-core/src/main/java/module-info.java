/**
 * Synchronous calls to asynchronous code, through an event loop on a thread of its own.
 */
module io.palitra {

	requires static jdk.jfr;
	requires static org.jspecify;

	exports io.palitra;
	exports io.palitra.jfr;
	exports io.palitra.spi;

}
