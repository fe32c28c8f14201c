package io.palitra.spring.boot.autoconfigure.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.EmbeddedValueResolver;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer;
import org.springframework.web.service.invoker.HttpExchangeAdapter;
import org.springframework.web.service.invoker.ReactorHttpExchangeAdapter;
import org.springframework.web.service.registry.HttpServiceGroup;

import io.palitra.EventLoopThreadRunner;
import io.palitra.spring.boot.autoconfigure.EventLoopThreadRunners;
import io.palitra.spring.boot.autoconfigure.InvalidPalitraPropertyException;
import io.palitra.spring.boot.autoconfigure.PalitraHttpProperties;
import io.palitra.spring.http.RunnerHttpExchangeAdapter;

/**
 * Gives the interfaces of each group over {@code WebClient} a runner to wait through.
 * Comes last, as its order is the lowest and those of the application come before it, so
 * that what others do to an exchange, such as a circuit breaker, is part of the work that
 * the runner waits for and cancels.
 */
final class Boot4HttpServiceGroupConfigurer implements WebClientHttpServiceGroupConfigurer {

	private static final Log logger = LogFactory.getLog(Boot4HttpServiceGroupConfigurer.class);

	private static final String GROUPS = "palitra.http.groups.";

	private static final String NONE = "none";

	private static final String DEFAULT_BEAN = "eventLoopThreadRunner";

	private static final String BEAN_SUFFIX = "EventLoopThreadRunner";

	private final PalitraHttpProperties properties;

	private final ConfigurableListableBeanFactory beanFactory;

	Boot4HttpServiceGroupConfigurer(PalitraHttpProperties properties, ConfigurableListableBeanFactory beanFactory) {
		this.properties = properties;
		this.beanFactory = beanFactory;
	}

	@Override
	public void configureGroups(Groups<WebClient.Builder> groups) {
		if (!this.properties.isEnabled()) {
			return;
		}
		Set<String> names = new TreeSet<>();
		groups.forEachProxyFactory((group, factory) -> {
			names.add(group.name());
			PalitraHttpProperties.Group settings = settings(group.name());
			EventLoopThreadRunner runner = runner(group.name(), settings.getRunner());
			if (runner != null) {
				factory.exchangeAdapterDecorator(
						(adapter) -> throughRunner(group, adapter, runner, settings.getTimeout()));
			}
		});
		for (String name : isSliceOfATest() ? Set.<String>of() : this.properties.getGroups().keySet()) {
			if (names.stream().noneMatch((group) -> isMeant(name, group))) {
				throw InvalidPalitraPropertyException.name(GROUPS + name,
						"no group of HTTP interfaces of client type WEB_CLIENT has this name, only " + names + " do",
						"Correct the name, or give the group the client type, as in @ImportHttpServices(group = \""
								+ name + "\", clientType = ClientType.WEB_CLIENT, ...).");
			}
		}
	}

	/**
	 * Where not all groups are there. Spring Boot's slices say so to its own
	 * auto-configuration.
	 */
	private boolean isSliceOfATest() {
		String override = this.beanFactory
			.resolveEmbeddedValue("${" + EnableAutoConfiguration.ENABLED_OVERRIDE_PROPERTY + ":true}");
		return "false".equals(override);
	}

	private PalitraHttpProperties.Group settings(String group) {
		Map<String, PalitraHttpProperties.Group> groups = this.properties.getGroups();
		PalitraHttpProperties.Group settings = groups.get(group);
		for (String name : groups.keySet()) {
			if (settings == null && isMeant(name, group)) {
				settings = groups.get(name);
			}
		}
		return (settings != null) ? settings : new PalitraHttpProperties.Group();
	}

	/**
	 * What a variable of the environment sets has neither hyphens nor capital letters.
	 */
	private static boolean isMeant(String written, String group) {
		return written.equals(group) || written.equals(group.replace("-", "").toLowerCase(Locale.ROOT));
	}

	private HttpExchangeAdapter throughRunner(HttpServiceGroup group, HttpExchangeAdapter adapter,
			EventLoopThreadRunner runner, @Nullable Duration timeout) {
		if (!(adapter instanceof ReactorHttpExchangeAdapter reactive)) {
			logger.warn("The HTTP interfaces of group '" + group.name() + "' do not wait through a runner: "
					+ adapter.getClass().getName() + " has made their exchanges blocking ones, which can be neither "
					+ "limited in time nor cancelled. Have it extend ReactorHttpExchangeAdapterDecorator");
			return adapter;
		}
		RunnerHttpExchangeAdapter throughRunner = new RunnerHttpExchangeAdapter(reactive, runner)
			.withValueResolver(new EmbeddedValueResolver(this.beanFactory));
		if (timeout != null) {
			throughRunner = throughRunner.withTimeout(timeout);
		}
		group.httpServiceTypes().forEach(throughRunner::verify);
		return throughRunner;
	}

	private @Nullable EventLoopThreadRunner runner(String group, @Nullable String wanted) {
		if (NONE.equals(wanted)) {
			return null;
		}
		EventLoopThreadRunner runner = (wanted != null) ? find(wanted, true) : find(group, false);
		if (runner == null && wanted != null) {
			throw InvalidPalitraPropertyException.name(GROUPS + group + ".runner",
					"there is no runner that is named '" + wanted + "'",
					"Set it to the name of one, define one with palitra.runners." + wanted + ", or set it to '" + NONE
							+ "'.");
		}
		if (runner == null) {
			runner = this.beanFactory.getBeanProvider(EventLoopThreadRunner.class).getIfUnique();
		}
		if (runner == null) {
			logger.warn("The HTTP interfaces of group '" + group + "' do not wait through a runner: none is named like "
					+ "the group, and none is the default. Set " + GROUPS + group
					+ ".runner to the name of one, or to '" + NONE + "'");
		}
		return runner;
	}

	/**
	 * Finds a runner by its name. Builds no other one before it if a bean of palitra's,
	 * or of the runner's name, has it.
	 * @param all whether to build those that are lazy to find it
	 */
	private @Nullable EventLoopThreadRunner find(String name, boolean all) {
		EventLoopThreadRunner built = EventLoopThreadRunners.of(this.beanFactory).get(name);
		if (built != null) {
			return built;
		}
		List<String> likely = List.of(name + BEAN_SUFFIX, name.equals("default") ? DEFAULT_BEAN : name);
		List<String> beans = new ArrayList<>(List.of(BeanFactoryUtils
			.beanNamesForTypeIncludingAncestors(this.beanFactory, EventLoopThreadRunner.class, false, false)));
		beans.removeIf((bean) -> !all && !likely.contains(bean) && isLazy(bean));
		beans.sort(Comparator.comparing((bean) -> !likely.contains(bean)));
		for (String bean : beans) {
			EventLoopThreadRunner runner = this.beanFactory.getBean(bean, EventLoopThreadRunner.class);
			if (name.equals(runner.getName())) {
				return runner;
			}
		}
		return null;
	}

	private boolean isLazy(String bean) {
		return this.beanFactory.containsBeanDefinition(bean)
				&& this.beanFactory.getMergedBeanDefinition(bean).isLazyInit();
	}

}
