package io.palitra.benchmarks;

/**
 * Takes what was measured.
 */
interface Values {

	void add(String method, Metric metric, double value);

}
