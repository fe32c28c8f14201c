package io.palitra.sample.webmvc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The start page in a browser, as its visitors use it.
 */
@Tag("chromium")
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "upstream.port=0", "palitra.runner.timeout=2s", "palitra.runners.partner.timeout=30s" })
@AutoConfigureRestTestClient
class StartPageTests {

	private static Browser browser;

	@LocalServerPort
	private int port;

	@Autowired
	private RestTestClient client;

	@BeforeAll
	static void start() {
		browser = new Browser();
	}

	@AfterAll
	static void end() {
		if (browser != null) {
			browser.close();
		}
	}

	@BeforeEach
	void open() {
		browser.window(1280, 900, false);
		browser.colorScheme("light");
		this.client.delete().uri("/api/archive").exchange().expectStatus().isNoContent();
		browser.open("http://127.0.0.1:" + this.port + "/");
		browser.awaitText("#runners", "partner");
		awaitComparison();
	}

	@AfterEach
	void repair() {
		browser.offline(false);
		this.client.put().uri("/api/upstream/WELL").exchange().expectStatus().isNoContent();
		this.client.delete().uri("/api/loop/hold").exchange().expectStatus().isNoContent();
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void comparisonIsMadeWithoutAClick() {
		assertThat(browser.findAll("#figure-compare .run")).extracting((run) -> run.getDomAttribute("data-run"))
			.containsExactly("sequential", "zip", "gather");
		assertThat(browser.text("#figure-compare [data-run=gather] li:first-child"))
			.startsWith("comment 1 answered at");
		assertThat(browser.text("#figure-silent")).isEmpty();
	}

	@Test
	void sequentialCallsFollowEachOtherInTheTimeLine() {
		List<Bar> bars = bars("sequential");
		assertThat(bars).hasSize(3);
		assertThat(bars.get(1).left()).isGreaterThanOrEqualTo(bars.get(0).right() - 1);
		assertThat(bars.get(2).left()).isGreaterThanOrEqualTo(bars.get(1).right() - 1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "zip", "gather" })
	void concurrentCallsOverlapInTheTimeLine(String way) {
		List<Bar> bars = bars(way);
		assertThat(bars).hasSize(3)
			.allSatisfy((bar) -> assertThat(bars).allMatch((other) -> other.left() < bar.right()));
	}

	@Test
	void comparisonIsMadeAgainInPlaceOfTheOneBefore() {
		choose("FAILING");
		compareAgain();
		assertThat(browser.findAll("#figure-compare .run")).hasSize(3)
			.allSatisfy((run) -> assertThat(run.getText()).contains("failed at"));
	}

	@Test
	void partialFailureShowsWhatHasComeAndTheProblem() {
		press("One is missing", "outcomes");
		assertThat(browser.text("[data-run=outcomes]"))
			.contains("comment 1 answered at", "comment 2 answered at", "comment 404 failed at")
			.contains("404 Not Found: The upstream has no comment 404");
	}

	@Test
	void timeLimitShowsTheCallsThatWereGivenUp() {
		press("100 ms at most", "timeout");
		assertThat(browser.text("[data-run=timeout]")).contains("comment 1 given up at", "comment 3 given up at",
				"504 Gateway Timeout");
	}

	@Test
	void slowPartnerKeepsWhoeverComesTooManyWaiting() {
		choose("SILENT");
		browser.press("Five, slow partner");
		browser.awaitText("[data-runner=partner]", "partner running 3 2");
		browser.awaitText("#in-flight", "rating 5");
		assertThat(browser.text("#in-flight")).contains("waits for a permit", "runner partner");
		browser.picture("partner");
		choose("WELL");
		browser.awaitText("[data-run=partner]", "rating 5 answered at");
		assertThat(browser.findAll("[data-run=partner] li")).hasSize(5);
	}

	@Test
	void upstreamThatFailsIsABadGateway() {
		choose("FAILING");
		assertThat(browser.text("#break-outcome")).isEqualTo("The upstream fails with 500.");
		compareAgain();
		assertThat(browser.text("[data-run=gather]")).contains("failed at", "502 Bad Gateway: The upstream failed");
		browser.press("Save 1, 2 and 3");
		browser.awaitText("#archive-outcome", "Rolled back, nothing saved. 502");
		choose("WELL");
		browser.awaiting("the notice to end with the failure", () -> browser.text("#archive-outcome").isEmpty());
		compareAgain();
		assertThat(browser.text("[data-run=gather]")).contains("comment 3 answered")
			.doesNotContain("failed at", "502 Bad Gateway");
	}

	@Test
	void oneButtonShowsTheSilentUpstreamInAllThreeWaysUntilItIsPressedAgain() {
		browser.press("Silence the upstream");
		browser.awaitText("#in-flight", "gather for");
		browser.awaitText("#figure-silent [data-run=gather]",
				"504 Gateway Timeout: The upstream did not answer in time");
		browser.awaitText("#silent-outcome", "palitra gave up at");
		assertThat(browser.text("#announcement")).startsWith("Through palitra: ").contains("504");
		assertThat(browser.text("#figure-silent [data-run=sequential]")).contains("waiting");
		assertThat(browser.text("#figure-silent [data-run=zip]")).contains("waiting");
		assertThat(browser.find("input[value=SILENT]").isSelected()).isTrue();
		browser.awaitText("#nothing", "No call is in flight");
		browser.picture("silent");
		browser.press("Let it answer");
		browser.awaitText("#figure-silent [data-run=zip]", "comment 3 answered at");
		browser.awaitText("#silent-outcome", "palitra held its thread for");
		assertThat(browser.find("input[value=WELL]").isSelected()).isTrue();
		browser.press("Silence the upstream");
		browser.awaitText("#silent-outcome", "The upstream is silent.");
		assertThat(browser.text("#figure-silent")).doesNotContain("answered at");
	}

	@Test
	void silenceEndsByItself() {
		browser.press("Silence the upstream");
		browser.awaitText("#silent-outcome", "palitra gave up at");
		browser.awaitText("#silent-outcome", "palitra held its thread for");
		assertThat(browser.text("#figure-silent [data-run=sequential]")).contains("comment 3 answered at");
		assertThat(browser.find("input[value=WELL]").isSelected()).isTrue();
	}

	@Test
	void silenceEndsWhereverTheUpstreamIsMended() {
		browser.press("Silence the upstream");
		browser.awaitText("#in-flight", "gather for");
		this.client.put().uri("/api/upstream/WELL").exchange().expectStatus().isNoContent();
		browser.awaiting("the button to be as before", () -> browser.text("#silence").equals("Silence the upstream")
				&& browser.find("input[value=WELL]").isSelected());
	}

	@Test
	void runsOfSecondsDoNotSquashThoseOfMilliseconds() {
		double before = bars("gather").get(0).width();
		browser.press("Silence the upstream");
		browser.awaitText("#silent-outcome", "palitra gave up at");
		assertThat(bars("gather").get(0).width()).isEqualTo(before);
	}

	@Test
	void loopThatIsStuckShowsWhatHoldsItAndWhatWasNeverSent() {
		browser.find("#seconds option[value='10']").click();
		browser.press("Hold");
		browser.awaitText("#held", "LoopHoldController");
		browser.awaitText("[data-runner=default]", "held for");
		assertThat(browser.text("#stuck-announcement")).isEqualTo("The loop of runner default is stuck.");
		assertThat(browser.text("#break-outcome")).isEqualTo("A callback holds the loop for 10 s.");
		browser.press("Hold");
		browser.awaitText("#break-outcome", "409: The loop is being held already");
		browser.press("Compare again");
		browser.awaitText("#in-flight", "waits for the loop");
		browser.awaitText("[data-run=gather]",
				"503 Service Unavailable: The request was never sent: the loop was held");
		assertThat(browser.text("[data-run=gather]")).contains("comment 1 never sent").doesNotContain("answer");
		browser.picture("stuck");
		browser.press("Let go");
		browser.awaitText("#stuck-announcement", "No loop is stuck any more.");
		browser.awaiting("the notices to end with their cause",
				() -> browser.text("#held").isEmpty() && browser.text("#break-outcome").isEmpty());
	}

	@Test
	void noticeOfALoopThatIsHeldEndsWhenItIsFreed() {
		browser.find("#seconds option[value='10']").click();
		browser.press("Hold");
		browser.awaitText("#break-outcome", "A callback holds the loop for 10 s.");
		browser.awaitText("#held", "LoopHoldController");
		this.client.delete().uri("/api/loop/hold").exchange().expectStatus().isNoContent();
		browser.awaiting("the notice to end", () -> browser.text("#break-outcome").isEmpty());
	}

	@Test
	void transactionSavesAllOrNothing() {
		browser.press("Save 1, 2 and 3");
		browser.awaitText("#archive-outcome", "Saved: 1, 2, 3.");
		browser.awaitText("#archive", "author-3");
		browser.press("Save 4, 5 and 404");
		browser.awaitText("#archive-outcome", "Rolled back, nothing saved. 404: The upstream has no comment 404");
		assertThat(browser.findAll("#archive tbody tr")).hasSize(3);
		assertThat(browser.text("#archive tbody")).doesNotContain("author-4").contains("exec-");
		browser.press("Empty the archive");
		browser.awaitText("#archive-outcome", "The archive is empty.");
		browser.awaiting("the table to be hidden", () -> !browser.find("#archive").isDisplayed());
	}

	@Test
	void applicationThatDoesNotAnswerIsSaidNotToUntilItDoes() {
		browser.offline(true);
		browser.awaitText("#offline", "The application does not answer.");
		browser.press("Compare again");
		browser.awaitText("[data-run=gather]", "The application does not answer.");
		browser.offline(false);
		browser.awaiting("the alert to be hidden", () -> !browser.find("#offline").isDisplayed());
	}

	/**
	 * What the page shows of runners whose loops are held, at its widest; the next look
	 * at them, half a second later, replaces it.
	 */
	private static final String WIDEST_NUMBERS = """
			for (const runner of document.querySelectorAll('#runners tbody tr')) {
				runner.querySelector('.state').textContent = 'held for 9.99 s';
				const widest = ['1000', '1000', '999 ms', '100 %'];
				runner.querySelectorAll('.number').forEach((each, i) => {
					each.textContent = widest[i];
					each.classList.add('high');
				});
			}
			""";

	@Test
	void nothingIsWiderThanTheWindow() {
		browser.find("#seconds option[value='10']").click();
		press("One is missing", "outcomes");
		browser.press("Save 1, 2 and 3");
		browser.awaitText("#archive-outcome", "Saved");
		browser.press("Hold");
		browser.awaitText("#held", "LoopHoldController");
		for (int width : new int[] { 320, 390, 768, 1280 }) {
			browser.window(width, 844, width < 768);
			assertThat(browser.script(WIDEST_NUMBERS + "return document.documentElement.scrollWidth"))
				.isEqualTo((long) width);
			assertThat((Boolean) browser.script(
					"return [...document.querySelectorAll('.buttons button')].every((each) => each.offsetHeight >= 44)"))
				.as("buttons that a finger can hit at " + width)
				.isTrue();
			browser.picture("width-" + width);
		}
	}

	@Test
	void everyTextStandsOutInBothColorSchemes() {
		press("One is missing", "outcomes");
		press("100 ms at most", "timeout");
		assertThatTextStandsOut("light");
		assertThatTextStandsOut("dark");
	}

	private static void assertThatTextStandsOut(String scheme) {
		browser.colorScheme(scheme);
		browser.picture(scheme);
		assertThat((Boolean) browser.script(LUMINANCE + "return luminance(background(document.body)) > 0.5"))
			.isEqualTo(scheme.equals("light"));
		@SuppressWarnings("unchecked")
		List<String> pale = (List<String>) browser.script(LUMINANCE + """
				const pale = [];
				for (const element of document.querySelectorAll('body *')) {
					const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
					if (text && element.checkVisibility()) {
						const ratio = contrast(getComputedStyle(element).color, background(element));
						if (ratio < 4.5) {
							pale.push(`${element.textContent}: ${ratio}`);
						}
					}
				}
				return pale;
				""");
		assertThat(pale).isEmpty();
	}

	/**
	 * As the Web Content Accessibility Guidelines define contrast.
	 */
	private static final String LUMINANCE = """
			const rgb = (color) => color.match(/[\\d.]+/g).map(Number);
			const luminance = (color) => rgb(color).slice(0, 3)
				.map((each) => each / 255)
				.map((each) => (each <= 0.03928) ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
				.reduce((sum, each, i) => sum + each * [0.2126, 0.7152, 0.0722][i], 0);
			const background = (element) => {
				const color = getComputedStyle(element).backgroundColor;
				return (rgb(color)[3] === 0) ? background(element.parentElement) : color;
			};
			const contrast = (one, other) => {
				const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
				return (light + 0.05) / (dark + 0.05);
			};
			""";

	@Test
	void everyControlIsReachedByTheTabKeyAndShowsThatItHasTheFocus() {
		List<String> names = new ArrayList<>();
		for (WebElement element = browser.tab(); !element.getTagName().equals("body")
				&& names.size() < 50; element = browser.tab()) {
			names.add(element.getAccessibleName().replace('\u00a0', ' '));
			assertThat(element.getCssValue("outline-style")).as("outline of " + element.getAccessibleName())
				.isEqualTo("solid");
		}
		assertThat(names).startsWith("Compare again", "Silence the upstream", "One is missing gatherOutcomes(…)",
				"100 ms at most timeout(…)", "Five, slow partner max-in-flight=2", "answers", "Hold the loop for",
				"Hold", "Let go", "Save 1, 2 and 3 scope.caller()", "Save 4, 5 and 404 roll-back",
				"Empty the archive delete");
	}

	@Test
	void callsAreMadeAndTheUpstreamIsBrokenWithTheKeyboardAlone() {
		browser.tab();
		browser.tab();
		browser.tab();
		browser.type(Keys.ENTER);
		browser.awaitText("#announcement", "One is missing: ");
		assertThat(browser.focused().getAccessibleName()).startsWith("One is missing");
		while (!"WELL".equals(browser.focused().getDomAttribute("value"))) {
			browser.tab();
		}
		browser.type(Keys.ARROW_DOWN);
		browser.awaitText("#break-outcome", "The upstream fails with 500.");
		assertThat(browser.focused().getAccessibleName()).isEqualTo("fails with 500");
	}

	@Test
	void whatChangesIsAnnounced() {
		assertThat(browser.find("html").getDomAttribute("lang")).isEqualTo("en");
		assertThat(List.of("#announcement", "#stuck-announcement", "#silent-outcome", "#archive-outcome",
				"#break-outcome"))
			.allSatisfy((region) -> assertThat(browser.find(region).getAriaRole()).isEqualTo("status"));
		assertThat(browser.text("#announcement")).startsWith("Through palitra: ");
	}

	private static void awaitComparison() {
		browser.awaiting("the comparison",
				() -> !browser.findAll("#figure-compare [data-run=gather] .threads").isEmpty()
						&& browser.find("#again").getDomAttribute("aria-disabled") == null);
	}

	private static void compareAgain() {
		browser.press("Compare again");
		awaitComparison();
	}

	private static void choose(String mood) {
		browser.find("input[value=" + mood + "]").click();
		String label = browser.text("label:has(input[value=" + mood + "])");
		browser.awaitText("#break-outcome", "The upstream " + label + ".");
	}

	private static void press(String button, String way) {
		browser.press(button);
		browser.awaiting("the time line of " + way, () -> !browser.findAll("[data-run=" + way + "] .threads").isEmpty()
				&& browser.find("[data-way=" + way + "]").getDomAttribute("aria-disabled") == null);
	}

	@SuppressWarnings("unchecked")
	private static List<Bar> bars(String way) {
		List<Map<String, Number>> bars = (List<Map<String, Number>>) browser.script("""
				return [...document.querySelectorAll(`#figure-compare [data-run=${arguments[0]}] i:not(.waited)`)]
					.map((bar) => bar.getBoundingClientRect())
					.map(({ left, right }) => ({ left, right }));
				""", way);
		return bars.stream()
			.map((bar) -> new Bar(bar.get("left").doubleValue(), bar.get("right").doubleValue()))
			.toList();
	}

	private record Bar(double left, double right) {

		double width() {
			return this.right - this.left;
		}

	}

}
