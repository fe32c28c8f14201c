package io.palitra.spring.boot.autoconfigure;

import io.palitra.EventLoopThreadRunner;

/**
 * Changes the settings of every auto-configured {@link EventLoopThreadRunner}, the
 * default one, those of {@code palitra.runners}, and those that the application builds
 * with an injected {@link EventLoopThreadRunner.Builder}. All beans of this type are
 * called, in their order and after the properties have been applied, so that the last
 * word is theirs.
 */
@FunctionalInterface
public interface EventLoopThreadRunnerCustomizer {

	/**
	 * Changes the settings. What it throws stops the start of the application, before the
	 * runner has a thread.
	 * @param builder the settings so far
	 */
	void customize(EventLoopThreadRunner.Builder builder);

}
