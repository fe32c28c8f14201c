package io.palitra.spring.boot.autoconfigure;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.BindMethod;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import io.palitra.EventLoopThreadRunner;

/**
 * Registers a runner for each entry of {@code palitra.runners}, and for every runner of
 * the application context, whoever defined it, a bean that stops and starts it. Does so
 * at each start, not while an application is processed ahead of time: which runners there
 * are is left to the properties of the place where it runs.
 */
final class EventLoopThreadRunnerRegistrar implements BeanDefinitionRegistryPostProcessor {

	private static final String DEFAULT_BEAN = "eventLoopThreadRunner";

	private static final String BEAN_SUFFIX = "EventLoopThreadRunner";

	private static final ConfigurationPropertyName DEFAULTS = ConfigurationPropertyName.of("palitra.runner");

	private static final ConfigurationPropertyName RUNNERS = ConfigurationPropertyName.of("palitra.runners");

	/**
	 * A name is part of a bean's name, of a URL and of a thread's name.
	 */
	private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9-]{0,99}");

	private final ConfigurableApplicationContext context;

	private final Map<String, Boolean> autoStartups = new LinkedHashMap<>();

	EventLoopThreadRunnerRegistrar(ConfigurableApplicationContext context) {
		this.context = context;
	}

	@Override
	public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
		// Fails here, before any bean is built and has a thread, if a value is bad.
		Binder binder = Binder.get(this.context.getEnvironment());
		// By setters, said beforehand: to look for a constructor delays each start.
		PalitraProperties properties = binder.bindOrCreate("palitra",
				Bindable.of(PalitraProperties.class).withBindMethod(BindMethod.JAVA_BEAN));
		UnknownProperties.warn(this.context.getEnvironment());
		this.autoStartups.put(DEFAULT_BEAN, properties.getRunner().isAutoStartup());
		// Most applications have one runner and are not to start later for the others.
		if (binder.bind(RUNNERS, Bindable.mapOf(String.class, Object.class)).isBound()) {
			Map<String, PalitraProperties.Runner> runners = new LinkedHashMap<>(
					bind(inheritingBinder()).orElseGet(Map::of));
			runners.keySet().removeAll(misread(runners.keySet(), bind(binder).orElseGet(Map::of).keySet()));
			checkNames(runners);
			runners.forEach((name, settings) -> register(registry, name, settings));
			registry.registerBeanDefinition(UnqualifiedRunnerCheck.class.getName(), definition(
					UnqualifiedRunnerCheck.class,
					() -> new UnqualifiedRunnerCheck(this.context.getBeanFactory(), DEFAULT_BEAN, runners.keySet())));
		}
	}

	private static BindResult<Map<String, PalitraProperties.Runner>> bind(Binder binder) {
		return binder.bind(RUNNERS, Bindable.mapOf(String.class, PalitraProperties.Runner.class));
	}

	/**
	 * Returns the names that are only what Spring Boot makes of variables of the
	 * environment, where hyphens are lacking or stand as dots: another way to write one
	 * of the other names, or the beginning of one.
	 * @param own the names with properties of their own
	 */
	private Set<String> misread(Set<String> names, Set<String> own) {
		Set<String> misread = new HashSet<>();
		for (String name : names) {
			boolean other = names.stream()
				.anyMatch((written) -> !written.equals(name) && written.replace("-", "").equalsIgnoreCase(name));
			if ((other || !own.contains(name)) && isOfVariables(name)) {
				misread.add(name);
			}
		}
		return misread;
	}

	private boolean isOfVariables(String runner) {
		boolean found = false;
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.context.getEnvironment())) {
			if (source instanceof IterableConfigurationPropertySource names
					&& names.stream().anyMatch((name) -> isOf(name, runner))) {
				if (!(source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource)) {
					return false;
				}
				found = true;
			}
		}
		return found;
	}

	/**
	 * To the letter: names that differ in hyphens are equal to Spring Boot.
	 */
	private static boolean isOf(ConfigurationPropertyName name, String runner) {
		int runners = RUNNERS.getNumberOfElements();
		return RUNNERS.isAncestorOf(name) && name.getElement(runners, Form.ORIGINAL).equals(runner);
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		for (String runner : beanFactory.getBeanNamesForType(EventLoopThreadRunner.class, false, false)) {
			if (isKept(beanFactory, runner)) {
				continue;
			}
			boolean autoStartup = this.autoStartups.getOrDefault(runner, true);
			((BeanDefinitionRegistry) beanFactory).registerBeanDefinition(
					EventLoopThreadRunnerLifecycle.class.getName() + "." + runner,
					definition(EventLoopThreadRunnerLifecycle.class,
							() -> new EventLoopThreadRunnerLifecycle(this.context, runner, autoStartup)));
		}
	}

	/**
	 * Returns whether the application has said that its runner is not to end with the
	 * context.
	 */
	private static boolean isKept(ConfigurableListableBeanFactory beanFactory, String runner) {
		return beanFactory.containsBeanDefinition(runner)
				&& "".equals(beanFactory.getMergedBeanDefinition(runner).getDestroyMethodName());
	}

	/**
	 * Tells what a runner is qualified with where it is injected.
	 * @param beanFactory has the bean, or an ancestor of it has
	 * @param bean the name of the runner's bean
	 * @return the qualifier, empty if it needs none
	 */
	static String qualifier(ConfigurableListableBeanFactory beanFactory, String bean) {
		if (bean.equals(DEFAULT_BEAN)) {
			return "";
		}
		if (beanFactory.containsBeanDefinition(bean)) {
			boolean named = beanFactory.getMergedBeanDefinition(bean) instanceof RootBeanDefinition definition
					&& definition.getQualifiedElement() != null && bean.endsWith(BEAN_SUFFIX);
			return named ? bean.substring(0, bean.length() - BEAN_SUFFIX.length()) : bean;
		}
		return (beanFactory.getParentBeanFactory() instanceof ConfigurableListableBeanFactory parent)
				? qualifier(parent, bean) : bean;
	}

	private void register(BeanDefinitionRegistry registry, String name, PalitraProperties.Runner settings) {
		String bean = name + BEAN_SUFFIX;
		BeanFactory parent = ((ConfigurableListableBeanFactory) registry).getParentBeanFactory();
		if (parent != null && parent.containsBean(bean) && parent.isTypeMatch(bean, EventLoopThreadRunner.class)) {
			// Of the same name, and with the same limit for all: as for the default one.
			return;
		}
		if (registry.isBeanNameInUse(bean)) {
			throw InvalidPalitraPropertyException.name(RUNNERS + "." + name,
					"the application has a bean of its own that is named '" + bean + "'",
					"Rename the runner or the bean.");
		}
		ConfigurableListableBeanFactory beanFactory = (ConfigurableListableBeanFactory) registry;
		if (beanFactory.containsBeanDefinition(name) && beanFactory.isTypeMatch(name, EventLoopThreadRunner.class)) {
			throw InvalidPalitraPropertyException.name(RUNNERS + "." + name,
					"the application has a runner of its own in the bean '" + name
							+ "', which these properties are not about",
					"Rename the runner or the bean, or set the properties of that runner where it is built.");
		}
		RootBeanDefinition definition = definition(EventLoopThreadRunner.class,
				() -> beanFactory.getBean(EventLoopThreadRunnerFactory.class).create(name, settings));
		definition.setDefaultCandidate(false);
		// Unlike addQualifier, leaves the bean's name a qualifier as well.
		definition.setQualifiedElement(AnnotatedElementUtils
			.forAnnotations(AnnotationUtils.synthesizeAnnotation(Map.of("value", name), Qualifier.class, null)));
		registry.registerBeanDefinition(bean, definition);
		this.autoStartups.put(bean, settings.isAutoStartup());
	}

	private static <T> RootBeanDefinition definition(Class<T> type, Supplier<T> supplier) {
		RootBeanDefinition definition = new RootBeanDefinition(type, supplier);
		definition.setAttribute(BeanRegistrationAotProcessor.IGNORE_REGISTRATION_ATTRIBUTE, true);
		return definition;
	}

	/**
	 * What {@code palitra.runners.<name>} does not say, {@code palitra.runner} does.
	 */
	private Binder inheritingBinder() {
		Iterable<ConfigurationPropertySource> sources = ConfigurationPropertySources.get(this.context.getEnvironment());
		Stream<ConfigurationPropertySource> own = StreamSupport.stream(sources.spliterator(), false);
		Stream<ConfigurationPropertySource> inherited = StreamSupport.stream(sources.spliterator(), false)
			.map((source) -> (name) -> (RUNNERS.isAncestorOf(name) && name.getNumberOfElements() > 3)
					? source.getConfigurationProperty(DEFAULTS.append(name.subName(3))) : null);
		return new Binder(Stream.concat(own, inherited).toList(),
				new PropertySourcesPlaceholdersResolver(this.context.getEnvironment()));
	}

	/**
	 * Two names can be different keys of the map and the same property all the same.
	 */
	private static void checkNames(Map<String, ?> runners) {
		Map<String, String> seen = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		seen.put(EventLoopThreadRunnerFactory.DEFAULT_NAME, EventLoopThreadRunnerFactory.DEFAULT_NAME);
		for (String name : runners.keySet()) {
			if (!NAME.matcher(name).matches()) {
				throw InvalidPalitraPropertyException.name(RUNNERS + "[" + name + "]",
						"a runner's name must begin with a letter, consist of letters, digits and hyphens, and have at "
								+ "most 100 characters",
						"Rename the runner, for example to 'reports'.");
			}
			String other = seen.put(name.replace("-", ""), name);
			if (EventLoopThreadRunnerFactory.DEFAULT_NAME.equals(other)) {
				throw InvalidPalitraPropertyException.name(RUNNERS + "." + name,
						"'default' is the name of the runner that palitra.runner is about",
						"Rename the runner, or set the properties of palitra.runner instead.");
			}
			if (other != null) {
				throw InvalidPalitraPropertyException.name(RUNNERS + "." + name,
						"'" + other + "' and '" + name + "' are the same name to Spring Boot",
						"Write the name in one way, in lower case with hyphens.");
			}
		}
	}

}
