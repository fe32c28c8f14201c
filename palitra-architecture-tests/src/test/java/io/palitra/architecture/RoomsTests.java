package io.palitra.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Who may use whom.
 */
class RoomsTests {

	private static final JavaClasses CLASSES = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("io.palitra");

	private static final DescribedPredicate<JavaClass> JDK_AND_CORE = JavaClass.Predicates.resideInAnyPackage("java..",
			"io.palitra", "io.palitra.spi..", "io.palitra.internal..", "org.jspecify.annotations");

	private static final DescribedPredicate<JavaClass> INTERNAL = JavaClass.Predicates
		.resideInAPackage("io.palitra.internal..");

	@Test
	void coreNeedsTheJdkOnly() {
		ArchRuleDefinition.classes()
			.that(JavaClass.Predicates.resideInAnyPackage("io.palitra", "io.palitra.spi..", "io.palitra.internal.."))
			.should()
			.onlyDependOnClassesThat(JDK_AND_CORE)
			.check(CLASSES);
	}

	@Test
	void spiKnowsNothingElse() {
		ArchRuleDefinition.classes()
			.that(JavaClass.Predicates.resideInAPackage("io.palitra.spi.."))
			.should()
			.onlyDependOnClassesThat(
					JavaClass.Predicates.resideInAnyPackage("java..", "io.palitra.spi..", "org.jspecify.annotations"))
			.check(CLASSES);
	}

	@Test
	void insideIsUsedByCoreOnly() {
		ArchRuleDefinition.noClasses()
			.that(DescribedPredicate
				.not(JavaClass.Predicates.resideInAnyPackage("io.palitra", "io.palitra.jfr", "io.palitra.internal..")))
			.should()
			.dependOnClassesThat(INTERNAL)
			.check(CLASSES);
	}

	@Test
	void theLoopKnowsNoCalls() {
		ArchRuleDefinition.noClasses()
			.that(JavaClass.Predicates.resideInAPackage("io.palitra.internal.loop.."))
			.should()
			.dependOnClassesThat(JavaClass.Predicates.resideInAnyPackage("io.palitra.internal.call..",
					"io.palitra.internal.lifecycle..", "io.palitra.internal.facade..", "io.palitra.internal.stream.."))
			.check(CLASSES);
	}

	@Test
	void callsKnowNoLifecycle() {
		ArchRuleDefinition.noClasses()
			.that(JavaClass.Predicates.resideInAPackage("io.palitra.internal.call.."))
			.should()
			.dependOnClassesThat(JavaClass.Predicates.resideInAnyPackage("io.palitra.internal.lifecycle..",
					"io.palitra.internal.facade..", "io.palitra.internal.stream.."))
			.check(CLASSES);
	}

	@Test
	void insidesHaveNoCycles() {
		SlicesRuleDefinition.slices().matching("io.palitra.internal.(*)..").should().beFreeOfCycles().check(CLASSES);
	}

	@Test
	void nothingInternalIsInAPublicSignature() {
		ArchRuleDefinition.methods()
			.that()
			.areDeclaredInClassesThat(DescribedPredicate.not(INTERNAL))
			.and()
			.areDeclaredInClassesThat()
			.arePublic()
			.and(arePublicOrProtected())
			.should(haveNoInternalTypes())
			.check(CLASSES);
	}

	@Test
	void reactorKnowsCoreAndReactor() {
		ArchRuleDefinition.classes()
			.that(JavaClass.Predicates.resideInAPackage("io.palitra.reactor.."))
			.should()
			.onlyDependOnClassesThat(JavaClass.Predicates.resideInAnyPackage("java..", "io.palitra",
					"io.palitra.reactor..", "reactor..", "org.reactivestreams..", "org.jspecify.annotations"))
			.check(CLASSES);
	}

	@Test
	void kotlinKnowsCoreAndCoroutines() {
		ArchRuleDefinition.classes()
			.that(JavaClass.Predicates.resideInAPackage("io.palitra.kotlin.."))
			.should()
			.onlyDependOnClassesThat(JavaClass.Predicates.resideInAnyPackage("java..", "io.palitra", "io.palitra.spi",
					"io.palitra.kotlin..", "kotlin..", "kotlinx.coroutines..", "org.jetbrains.annotations"))
			.check(CLASSES);
	}

	@Test
	void testKnowsCoreAndJUnit() {
		ArchRuleDefinition.classes()
			.that(JavaClass.Predicates.resideInAPackage("io.palitra.test.."))
			.should()
			.onlyDependOnClassesThat(JavaClass.Predicates.resideInAnyPackage("java..", "io.palitra",
					"io.palitra.test..", "org.junit.jupiter.api..", "org.jspecify.annotations"))
			.check(CLASSES);
	}

	@Test
	void rulesKnowArchUnitOnly() {
		ArchRuleDefinition.classes()
			.that(JavaClass.Predicates.resideInAPackage("io.palitra.archunit.."))
			.should()
			.onlyDependOnClassesThat(JavaClass.Predicates.resideInAnyPackage("java..", "io.palitra.archunit..",
					"com.tngtech.archunit..", "org.jspecify.annotations"))
			.check(CLASSES);
	}

	@Test
	void nothingButSpringsRoomKnowsSpring() {
		ArchRuleDefinition.noClasses()
			.that(DescribedPredicate.not(JavaClass.Predicates.resideInAPackage("io.palitra.spring..")))
			.should()
			.dependOnClassesThat(JavaClass.Predicates.resideInAPackage("org.springframework.."))
			.check(CLASSES);
	}

	@Test
	void integrationsKeepApart() {
		SlicesRuleDefinition.slices()
			.matching("io.palitra.spring.boot.autoconfigure.(context|endpoint|health|metrics|observation|reactor)..")
			.should()
			.beFreeOfCycles()
			.check(CLASSES);
	}

	@Test
	void autoConfigurationsAreFinalAndNamedSo() {
		ArchRuleDefinition.classes()
			.that()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.haveModifier(JavaModifier.FINAL)
			.andShould()
			.bePublic()
			.andShould()
			.haveSimpleNameEndingWith("AutoConfiguration")
			.check(CLASSES);
	}

	@Test
	void autoConfigurationsHaveNoPublicMethods() {
		ArchRuleDefinition.noMethods()
			.that()
			.areDeclaredInClassesThat()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.bePublic()
			.check(CLASSES);
	}

	@Test
	void beanMethodsArePackagePrivate() {
		ArchRuleDefinition.methods().that().areAnnotatedWith(Bean.class).should().bePackagePrivate().check(CLASSES);
	}

	@Test
	void classConditionsAreOnClasses() {
		ArchRuleDefinition.noMethods().should().beAnnotatedWith(ConditionalOnClass.class).check(CLASSES);
	}

	@Test
	void propertiesAreInOnePlace() {
		ArchRuleDefinition.classes()
			.that()
			.areAnnotatedWith(ConfigurationProperties.class)
			.should()
			.resideInAPackage("io.palitra.spring.boot.autoconfigure")
			.check(CLASSES);
	}

	@Test
	void nobodyPrints() {
		ArchRuleDefinition.noClasses()
			.should()
			.accessField(System.class, "out")
			.orShould()
			.accessField(System.class, "err")
			.check(CLASSES);
	}

	private static DescribedPredicate<JavaMethod> arePublicOrProtected() {
		return DescribedPredicate.describe("are public or protected",
				(method) -> method.getModifiers().contains(JavaModifier.PUBLIC)
						|| method.getModifiers().contains(JavaModifier.PROTECTED));
	}

	private static ArchCondition<JavaMethod> haveNoInternalTypes() {
		return new ArchCondition<>("have no internal types") {

			@Override
			public void check(JavaMethod method, ConditionEvents events) {
				boolean internal = method.getAllInvolvedRawTypes()
					.stream()
					.anyMatch((type) -> INTERNAL.test(type.getBaseComponentType()));
				events.add(new SimpleConditionEvent(method, !internal, method.getFullName()));
			}

		};
	}

}
