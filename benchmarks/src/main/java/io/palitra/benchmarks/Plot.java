package io.palitra.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

import io.palitra.benchmarks.Results.Range;

/**
 * A plot with logarithmic axes: a line through the medians of each series, and at each
 * point a bar from the least to the greatest value.
 *
 * @param title its title
 * @param unit what the vertical axis shows
 * @param series the lines
 */
record Plot(String title, String unit, List<Series> series) {

	private static final int WIDTH = 760;

	private static final int HEIGHT = 420;

	private static final int LEFT = 80;

	private static final int RIGHT = 150;

	private static final int TOP = 40;

	private static final int BOTTOM = 40;

	/**
	 * Told apart also by those who see few colours.
	 */
	private static final List<String> COLOURS = List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00",
			"#56b4e9", "#000000", "#999999", "#8c510a");

	String svg() {
		double lowest = Math.floor(Math.log10(ranges().mapToDouble(Range::min).min().orElseThrow()));
		double highest = Math.ceil(Math.log10(ranges().mapToDouble(Range::max).max().orElseThrow()));
		StringBuilder svg = new StringBuilder();
		svg.append(format(
				"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n",
				WIDTH, HEIGHT));
		svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
		svg.append(format("<text x=\"%d\" y=\"22\" font-size=\"15\">%s, %s</text>%n", LEFT, this.title, this.unit));
		for (double exponent = lowest; exponent <= highest; exponent++) {
			double y = y(Math.pow(10, exponent), lowest, highest);
			svg.append(format("<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>%n", LEFT,
					WIDTH - RIGHT, y, y));
			svg.append(format("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%,.0f</text>%n", LEFT - 8, y + 4,
					Math.pow(10, exponent)));
		}
		xs().forEach((x) -> svg.append(format("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.0f</text>%n", x(x),
				HEIGHT - BOTTOM + 20, x)));
		double[] labels = labels(lowest, highest);
		for (int index = 0; index < this.series.size(); index++) {
			svg.append(
					line(this.series.get(index), COLOURS.get(index % COLOURS.size()), labels[index], lowest, highest));
		}
		return svg.append("</svg>\n").toString();
	}

	private String line(Series line, String colour, double label, double lowest, double highest) {
		StringBuilder svg = new StringBuilder(
				format("<g stroke=\"%s\" fill=\"none\">%n<polyline stroke-width=\"2\" points=\"", colour));
		line.points()
			.forEach((point) -> svg
				.append(format("%.1f,%.1f ", x(point.x()), y(point.range().median(), lowest, highest))));
		svg.append("\"/>\n");
		line.points()
			.forEach((point) -> svg.append(format(
					"<line x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"%2$.1f\" y2=\"%3$.1f\" stroke-width=\"4\" stroke-opacity=\"0.4\"/>%n",
					x(point.x()), y(point.range().min(), lowest, highest), y(point.range().max(), lowest, highest))));
		return svg
			.append(format("</g>%n<text x=\"%d\" y=\"%.1f\" fill=\"%s\">%s</text>%n", WIDTH - RIGHT + 10, label + 4,
					colour, line.name()))
			.toString();
	}

	/**
	 * Returns where the names of the lines go: beside their ends, but not upon each
	 * other.
	 */
	private double[] labels(double lowest, double highest) {
		double[] ends = this.series.stream()
			.mapToDouble((line) -> y(line.points().get(line.points().size() - 1).range().median(), lowest, highest))
			.toArray();
		double[] labels = new double[ends.length];
		double next = TOP;
		for (int index : Stream.iterate(0, (i) -> i + 1)
			.limit(ends.length)
			.sorted((a, b) -> Double.compare(ends[a], ends[b]))
			.toList()) {
			labels[index] = Math.max(next, ends[index]);
			next = labels[index] + 15;
		}
		return labels;
	}

	private double x(double value) {
		double least = xs().min().orElseThrow();
		double most = xs().max().orElseThrow();
		return LEFT + 20 + Math.log(value / least) / Math.log(most / least) * (WIDTH - LEFT - RIGHT - 40);
	}

	private static double y(double value, double lowest, double highest) {
		return TOP + (highest - Math.log10(value)) / (highest - lowest) * (HEIGHT - TOP - BOTTOM);
	}

	private DoubleStream xs() {
		return this.series.stream().flatMap((line) -> line.points().stream()).mapToDouble(Point::x).distinct();
	}

	private Stream<Range> ranges() {
		return this.series.stream().flatMap((line) -> line.points().stream()).map(Point::range);
	}

	private static String format(String format, Object... arguments) {
		return String.format(Locale.ROOT, format, arguments);
	}

	/**
	 * A line.
	 */
	record Series(String name, List<Point> points) {

	}

	/**
	 * A point of it.
	 */
	record Point(double x, Range range) {

	}

}
