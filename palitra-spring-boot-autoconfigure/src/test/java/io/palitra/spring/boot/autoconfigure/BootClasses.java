package io.palitra.spring.boot.autoconfigure;

import java.util.stream.Stream;

import org.springframework.util.ClassUtils;

/**
 * Auto-configurations that Spring Boot 3 and 4 have in different packages.
 */
public final class BootClasses {

	/**
	 * {@code MetricsAutoConfiguration}.
	 */
	public static final Class<?> METRICS = find("MetricsAutoConfiguration", "actuate.autoconfigure.metrics",
			"micrometer.metrics.autoconfigure");

	/**
	 * {@code CompositeMeterRegistryAutoConfiguration}.
	 */
	public static final Class<?> COMPOSITE_REGISTRY = find("CompositeMeterRegistryAutoConfiguration",
			"actuate.autoconfigure.metrics", "micrometer.metrics.autoconfigure");

	/**
	 * {@code SimpleMetricsExportAutoConfiguration}.
	 */
	public static final Class<?> SIMPLE_REGISTRY = find("SimpleMetricsExportAutoConfiguration",
			"actuate.autoconfigure.metrics.export.simple", "micrometer.metrics.autoconfigure.export.simple");

	/**
	 * {@code ObservationAutoConfiguration}.
	 */
	public static final Class<?> OBSERVATION = find("ObservationAutoConfiguration", "actuate.autoconfigure.observation",
			"micrometer.observation.autoconfigure");

	/**
	 * {@code HealthContributor}.
	 */
	public static final Class<?> HEALTH_CONTRIBUTOR = find("HealthContributor", "actuate.health", "health.contributor");

	private BootClasses() {
	}

	private static Class<?> find(String name, String... packages) {
		return Stream.of(packages)
			.map((one) -> "org.springframework.boot." + one + "." + name)
			.filter((type) -> ClassUtils.isPresent(type, BootClasses.class.getClassLoader()))
			.map((type) -> ClassUtils.resolveClassName(type, BootClasses.class.getClassLoader()))
			.findFirst()
			.orElseThrow();
	}

}
