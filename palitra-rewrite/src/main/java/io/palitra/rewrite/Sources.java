package io.palitra.rewrite;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeUtils;

/**
 * What has to be known of all sources before the first one is changed.
 */
final class Sources {

	private final Map<String, String> madeByHand = new HashMap<>();

	private final Set<Path> modules = new HashSet<>();

	/**
	 * Files in which a wait becomes a runner's, with the classes that are to be given one
	 * for that.
	 */
	private final Map<Path, Set<JavaType.FullyQualified>> changed = new HashMap<>();

	void addMadeByHand(@Nullable JavaType type, Path where) {
		JavaType.FullyQualified known = TypeUtils.asFullyQualified(type);
		if (known != null) {
			this.madeByHand.putIfAbsent(known.getFullyQualifiedName(), where.getFileName().toString());
		}
	}

	/**
	 * Returns the file that needs the constructor of a class as it is, {@code null} if
	 * only Spring does.
	 */
	@Nullable String madeByHand(JavaType.FullyQualified type) {
		return this.madeByHand.get(type.getFullyQualifiedName());
	}

	void addModule(Path pom) {
		this.modules.add(folder(pom));
	}

	void addChanged(Path source, Set<JavaType.FullyQualified> injected) {
		this.changed.put(source, injected);
	}

	/**
	 * Tells whether the code of a module uses a runner after the change.
	 */
	boolean usesRunner(Path pom) {
		Path folder = folder(pom);
		return this.changed.entrySet()
			.stream()
			.anyMatch((file) -> folder.equals(module(file.getKey())) && (file.getValue().isEmpty()
					|| file.getValue().stream().anyMatch((type) -> madeByHand(type) == null)));
	}

	private @Nullable Path module(Path source) {
		Path folder = folder(source);
		while (!this.modules.contains(folder)) {
			if (folder.toString().isEmpty()) {
				return null;
			}
			folder = folder(folder);
		}
		return folder;
	}

	private static Path folder(Path file) {
		Path parent = file.getParent();
		return (parent != null) ? parent : Path.of("");
	}

}
