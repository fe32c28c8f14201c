package io.palitra.sample.context;

import java.util.List;

/**
 * {@link ReactivePrices} for code that waits.
 */
// tag::interface[]
interface Prices {

	long price(String item);

	List<Long> history(String item);

}
// end::interface[]
