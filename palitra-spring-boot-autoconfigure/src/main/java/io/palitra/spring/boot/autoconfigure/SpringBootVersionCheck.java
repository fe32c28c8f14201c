package io.palitra.spring.boot.autoconfigure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.SpringBootVersion;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Stops the start with a Spring Boot that is too old, before any bean is built: what is
 * missing there would show itself later, one piece at a time. Registers nothing.
 */
final class SpringBootVersionCheck implements ImportBeanDefinitionRegistrar {

	private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\..*");

	@Override
	public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
		check(SpringBootVersion.getVersion());
	}

	/**
	 * Checks a version.
	 * @param version the version, {@code null} if it is not known
	 */
	static void check(@Nullable String version) {
		Matcher numbers = VERSION.matcher(String.valueOf(version));
		if (!numbers.matches()) {
			return;
		}
		int major = Integer.parseInt(numbers.group(1));
		if (major < 3 || (major == 3 && Integer.parseInt(numbers.group(2)) < 5)) {
			throw new UnsupportedSpringBootException(String.valueOf(version));
		}
	}

}
