package io.palitra.spring.boot.autoconfigure.jfr;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

import io.palitra.jfr.JfrRunListener;
import io.palitra.spring.boot.autoconfigure.ConditionalOnPalitraEnabled;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for events of the Flight Recorder
 * for the calls of all auto-configured runners.
 */
@AutoConfiguration(before = PalitraAutoConfiguration.class)
@ConditionalOnPalitraEnabled
@ConditionalOnClass(name = "jdk.jfr.Event")
public final class PalitraJfrAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	JfrRunListener jfrRunListener() {
		return new JfrRunListener();
	}

}
