package io.palitra.architecture;

import java.io.IOException;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The public API is that which is written down in {@code src/test/resources/api}: whoever
 * changes it changes a file that a reviewer sees. A line that goes away, or changes,
 * breaks those who use the API; a new one does not.
 */
class ApiTests {

	private static final String WRITE = "./mvnw -B -ntp -pl palitra-architecture-tests -am test -Dtest=ApiTests "
			+ "-Dapi.write=true -Dsurefire.failIfNoSpecifiedTests=false";

	@ParameterizedTest
	@CsvSource({ "palitra-core,io.palitra.EventLoopThreadRunner", "palitra-reactor,io.palitra.reactor.ReactorTasks",
			"palitra-spring-boot-autoconfigure,"
					+ "io.palitra.spring.boot.autoconfigure.EventLoopThreadRunnerCustomizer",
			"palitra-test,io.palitra.test.RunnerExtension", "palitra-archunit,io.palitra.archunit.WaitRules" })
	void apiIsAsItIsWrittenDown(String module, Class<?> inModule) throws Exception {
		Path file = Path.of("src/test/resources/api", module + ".txt");
		List<String> api = api(inModule);
		if (Boolean.getBoolean("api.write")) {
			Files.write(file, api);
		}
		assertThat(api).as("API of %s; if the change is meant: %s", module, WRITE).isEqualTo(Files.readAllLines(file));
	}

	private static List<String> api(Class<?> inModule) throws IOException, ClassNotFoundException {
		Set<String> names = new TreeSet<>();
		for (JavaClass type : new ClassFileImporter()
			.importUrl(inModule.getProtectionDomain().getCodeSource().getLocation())) {
			// Others may need classes of another generation of Spring Boot to be loaded
			if (type.getModifiers().contains(JavaModifier.PUBLIC)
					|| type.getModifiers().contains(JavaModifier.PROTECTED)) {
				names.add(type.getName());
			}
		}
		List<String> api = new ArrayList<>();
		for (String name : names) {
			Class<?> type = Class.forName(name, false, ApiTests.class.getClassLoader());
			if (!name.startsWith("io.palitra.internal.") && isVisible(type)) {
				api.addAll(describe(type));
			}
		}
		return api;
	}

	private static boolean isVisible(Class<?> type) {
		return isVisible(type.getModifiers())
				&& (type.getDeclaringClass() == null || isVisible(type.getDeclaringClass()));
	}

	private static boolean isVisible(int modifiers) {
		return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
	}

	private static List<String> describe(Class<?> type) {
		List<String> api = new ArrayList<>();
		StringBuilder header = new StringBuilder(Modifier.toString(type.getModifiers()))
			.append(type.isInterface() ? " " : " class ")
			.append(type.getName());
		if (type.getTypeParameters().length > 0) {
			header.append(Arrays.stream(type.getTypeParameters())
				.map(ApiTests::describe)
				.collect(Collectors.joining(", ", "<", ">")));
		}
		if (type.getGenericSuperclass() != null && type.getGenericSuperclass() != Object.class) {
			header.append(" extends ").append(type.getGenericSuperclass().getTypeName());
		}
		if (type.getGenericInterfaces().length > 0) {
			header.append(type.isInterface() ? " extends " : " implements ")
				.append(Arrays.stream(type.getGenericInterfaces())
					.map(Type::getTypeName)
					.collect(Collectors.joining(", ")));
		}
		if (type.isSealed()) {
			header.append(" permits ")
				.append(Arrays.stream(type.getPermittedSubclasses())
					.map(Class::getName)
					.collect(Collectors.joining(", ")));
		}
		api.add(header.toString());
		Stream.of(type.getDeclaredFields(), type.getDeclaredConstructors(), type.getDeclaredMethods())
			.flatMap(Arrays::<AccessibleObject>stream)
			.filter((member) -> isVisible(((Member) member).getModifiers()) && !((Member) member).isSynthetic())
			.map(ApiTests::describe)
			.sorted()
			.forEach((member) -> api.add("\t" + member));
		if (type.isRecord()) {
			api.add("\trecord components: " + Arrays.stream(type.getRecordComponents())
				.map(RecordComponent::getName)
				.collect(Collectors.joining(", ")));
		}
		return api;
	}

	private static String describe(AccessibleObject member) {
		if (member instanceof Field field) {
			return field.toGenericString();
		}
		if (member instanceof Constructor<?> constructor) {
			return constructor.toGenericString();
		}
		return ((Method) member).toGenericString();
	}

	private static String describe(TypeVariable<?> variable) {
		String bounds = Arrays.stream(variable.getBounds())
			.filter((bound) -> bound != Object.class)
			.map(Type::getTypeName)
			.collect(Collectors.joining(" & "));
		return variable.getName() + (bounds.isEmpty() ? "" : " extends " + bounds);
	}

}
