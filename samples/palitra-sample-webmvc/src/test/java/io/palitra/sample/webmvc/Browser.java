package io.palitra.sample.webmvc;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.stream.Stream;

import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * The Chromium of this machine, without a window.
 */
final class Browser implements AutoCloseable {

	private final ChromeDriver driver;

	Browser() {
		ChromeOptions options = new ChromeOptions();
		options.setBinary(installed("chromium"));
		options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
				"--hide-scrollbars");
		LoggingPreferences logging = new LoggingPreferences();
		logging.enable(LogType.BROWSER, Level.ALL);
		options.setCapability("goog:loggingPrefs", logging);
		ChromeDriverService service = new ChromeDriverService.Builder().usingDriverExecutable(installed("chromedriver"))
			.build();
		this.driver = new ChromeDriver(service, options);
	}

	private static File installed(String program) {
		return Stream.of(System.getenv("PATH").split(File.pathSeparator))
			.map((directory) -> Path.of(directory, program))
			.filter(Files::isExecutable)
			.findFirst()
			.map(Path::toFile)
			.orElseThrow(() -> new IllegalStateException("There is no " + program
					+ " on the PATH: run .ci/chromium, which installs it on Debian, or build without -Pchromium"));
	}

	void open(String url) {
		this.driver.get(url);
	}

	void window(int width, int height, boolean phone) {
		this.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", height, "deviceScaleFactor", phone ? 2 : 1, "mobile", phone));
	}

	void colorScheme(String scheme) {
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
	}

	void offline(boolean offline) {
		this.driver.executeCdpCommand("Network.enable", Map.of());
		this.driver.executeCdpCommand("Network.emulateNetworkConditions",
				Map.of("offline", offline, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
	}

	/**
	 * Presses the button of that name.
	 */
	void press(String button) {
		this.driver.findElements(By.tagName("button"))
			.stream()
			.filter((each) -> each.getText().replaceAll("\\s+", " ").startsWith(button))
			.findFirst()
			.orElseThrow(() -> new IllegalStateException("There is no button " + button))
			.click();
	}

	void type(CharSequence... keys) {
		this.driver.switchTo().activeElement().sendKeys(keys);
	}

	WebElement tab() {
		type(Keys.TAB);
		return this.driver.switchTo().activeElement();
	}

	WebElement focused() {
		return this.driver.switchTo().activeElement();
	}

	WebElement find(String selector) {
		return this.driver.findElement(By.cssSelector(selector));
	}

	List<WebElement> findAll(String selector) {
		return this.driver.findElements(By.cssSelector(selector));
	}

	/**
	 * Returns the text as it is to be seen, the empty text if there is no such element or
	 * it is hidden.
	 */
	String text(String selector) {
		return (String) script("""
				const element = document.querySelector(arguments[0]);
				return element?.checkVisibility() ? element.innerText.replace(/\\s+/g, ' ').trim() : '';
				""", selector);
	}

	void awaitText(String selector, String part) {
		awaiting(selector + " to show \"" + part + "\"", () -> text(selector).contains(part));
	}

	void awaiting(String what, BooleanSupplier condition) {
		new WebDriverWait(this.driver, Duration.ofSeconds(30), Duration.ofMillis(20))
			.ignoring(StaleElementReferenceException.class)
			.withMessage(() -> what + "; the page shows:\n" + text("body"))
			.until((driver) -> condition.getAsBoolean());
	}

	Object script(String script, Object... arguments) {
		return this.driver.executeScript(script, arguments);
	}

	/**
	 * Returns what the browser has complained about, but for answers that are no success.
	 */
	List<String> complaints() {
		return this.driver.manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.map(LogEntry::getMessage)
			.filter((message) -> !message.contains("Failed to load resource"))
			.toList();
	}

	/**
	 * Leaves a picture of the whole page, for whoever wants to see it.
	 */
	void picture(String name) {
		Map<String, Object> picture = this.driver.executeCdpCommand("Page.captureScreenshot",
				Map.of("format", "png", "captureBeyondViewport", true));
		try {
			Path file = Path.of("target", "screenshots", name + ".png");
			Files.createDirectories(file.getParent());
			Files.write(file, Base64.getDecoder().decode((String) picture.get("data")));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
