import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Adds up what the reports of all modules say which a build has written since it began.
 */
class TestsTotal {

	private static final Pattern SUMMARY = Pattern
		.compile("Tests run: (\\d+), Failures: (\\d+), Errors: (\\d+), Skipped: (\\d+)");

	public static void main(String[] args) throws IOException {
		Instant began = Instant.parse(args[1]);
		List<Path> reports;
		try (Stream<Path> files = Files.find(Path.of(args[0]), 6,
				(file, attributes) -> file.getParent().endsWith(Path.of("target", "surefire-reports"))
						&& file.toString().endsWith(".txt")
						&& attributes.lastModifiedTime().toInstant().compareTo(began) >= 0)) {
			reports = files.toList();
		}
		int run = 0;
		int failed = 0;
		int skipped = 0;
		for (Path report : reports) {
			Matcher summary = SUMMARY.matcher(read(report));
			while (summary.find()) {
				run += Integer.parseInt(summary.group(1));
				failed += Integer.parseInt(summary.group(2)) + Integer.parseInt(summary.group(3));
				skipped += Integer.parseInt(summary.group(4));
			}
		}
		System.out.println((run - failed - skipped) + " passed, " + failed + " failed, " + skipped + " skipped");
	}

	private static String read(Path report) {
		try {
			return Files.readString(report);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
