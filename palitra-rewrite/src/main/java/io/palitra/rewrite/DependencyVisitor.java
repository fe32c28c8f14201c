package io.palitra.rewrite;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import org.openrewrite.ExecutionContext;
import org.openrewrite.maven.tree.MavenResolutionResult;
import org.openrewrite.maven.tree.Scope;
import org.openrewrite.xml.AddToTagVisitor;
import org.openrewrite.xml.XmlVisitor;
import org.openrewrite.xml.tree.Xml;

/**
 * Adds the starter to the {@code pom.xml} of a module. One that has the core gets what
 * Reactor's types need beside it.
 */
final class DependencyVisitor extends XmlVisitor<ExecutionContext> {

	private static final String GROUP = "io.palitra";

	@Override
	public Xml visitDocument(Xml.Document pom, ExecutionContext context) {
		Xml.Tag project = pom.getRoot();
		Optional<Xml.Tag> dependencies = project.getChild("dependencies");
		if (dependencies.map((declared) -> hasPalitra(declared, "reactor|spring-boot-starter")).orElse(false)
				|| inherits(pom, "palitra-reactor")) {
			return pom;
		}
		boolean hasCore = dependencies.map((declared) -> hasPalitra(declared, "core|spring-boot-autoconfigure"))
			.orElse(false) || inherits(pom, "palitra-core");
		String artifact = hasCore ? "reactor" : "spring-boot-starter";
		boolean managed = project.getChild("dependencyManagement")
			.flatMap((management) -> management.getChild("dependencies"))
			.map((declared) -> hasPalitra(declared, "bom|" + artifact))
			.orElse(false);
		Xml.Tag starter = Xml.Tag
			.build("<dependency>\n<groupId>" + GROUP + "</groupId>\n<artifactId>palitra-" + artifact + "</artifactId>\n"
					+ (managed ? "" : "<version>" + version() + "</version>\n") + "</dependency>");
		Xml.Tag parent = dependencies.orElse(project);
		Xml.Tag added = dependencies.isPresent() ? starter
				: Xml.Tag.build("<dependencies/>").withContent(List.of(starter));
		return new AddToTagVisitor<ExecutionContext>(parent, added).visitNonNull(pom, context);
	}

	/**
	 * Tells whether one of the modules is there for more than the tests.
	 */
	private static boolean hasPalitra(Xml.Tag dependencies, String modules) {
		return dependencies.getChildren("dependency")
			.stream()
			.anyMatch((dependency) -> dependency.getChildValue("groupId").filter(GROUP::equals).isPresent()
					&& dependency.getChildValue("artifactId")
						.filter((name) -> name.matches("palitra-(" + modules + ")"))
						.isPresent()
					&& dependency.getChildValue("scope").filter("test"::equals).isEmpty());
	}

	/**
	 * Tells what a parent or another dependency brings, where that could be resolved.
	 */
	private static boolean inherits(Xml.Document pom, String artifact) {
		return pom.getMarkers()
			.findFirst(MavenResolutionResult.class)
			.map((resolved) -> !resolved.findDependencies(GROUP, artifact, Scope.Compile).isEmpty())
			.orElse(false);
	}

	private static String version() {
		try (InputStream version = Objects.requireNonNull(DependencyVisitor.class.getResourceAsStream("version.txt"),
				"version.txt")) {
			return new String(version.readAllBytes(), StandardCharsets.UTF_8).strip();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
