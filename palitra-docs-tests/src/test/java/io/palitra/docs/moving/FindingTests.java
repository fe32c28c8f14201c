package io.palitra.docs.moving;

import java.nio.file.Path;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.freeze.FreezingArchRule;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.palitra.archunit.WaitRules;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class FindingTests {

	@TempDir
	private Path folder;

	@AfterEach
	void reset() {
		ArchConfiguration.get().reset();
	}

	@Test
	void rule() {
		ArchConfiguration.get().setProperty("freeze.store.default.path", this.folder.toString());
		ArchConfiguration.get().setProperty("freeze.store.default.allowStoreCreation", "true");
		// Nothing there to check
		assertThatExceptionOfType(AssertionError.class).isThrownBy(this::check).withMessageContaining("any classes");
	}

	private void check() {
		// tag::rule[]
		JavaClasses classes = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
			.importPackages("com.example");
		FreezingArchRule.freeze(WaitRules.NO_HAND_MADE_WAITS).check(classes);
		// end::rule[]
	}

}
