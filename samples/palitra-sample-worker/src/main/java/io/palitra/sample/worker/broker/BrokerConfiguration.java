package io.palitra.sample.worker.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Profile;

import io.palitra.sample.worker.WorkerProperties;

/**
 * The way to the broker, and the broker itself if it is in this process.
 */
@org.springframework.context.annotation.Configuration(proxyBeanMethods = false)
class BrokerConfiguration {

	@Bean
	ActiveMQConnectionFactory connectionFactory(BrokerProperties properties) {
		ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(properties.serverUrl(), properties.user(),
				properties.password());
		// Nothing in advance: what one worker holds, another that is idle cannot get.
		factory.setConsumerWindowSize(0);
		return factory;
	}

	@Bean(initMethod = "start", destroyMethod = "stop")
	@Profile("!send")
	@ConditionalOnProperty(name = "broker.url", havingValue = BrokerProperties.EMBEDDED)
	EmbeddedActiveMQ broker(BrokerProperties properties, WorkerProperties worker) throws Exception {
		BrokerProperties.Embedded embedded = properties.embedded();
		requireFree(embedded);
		AddressSettings giveUp = new AddressSettings().setDeadLetterAddress(SimpleString.of(properties.deadLetters()))
			.setMaxDeliveryAttempts(embedded.maxAttempts())
			.setRedeliveryDelay(embedded.retryDelay().toMillis());
		Configuration configuration = new ConfigurationImpl().setName("palitra-sample-worker")
			.setSecurityEnabled(false)
			.setPersistenceEnabled(true)
			// The journal that needs no native library
			.setJournalType(JournalType.NIO)
			.addAcceptorConfiguration("tcp", embedded.url())
			.addAddressSetting("#", giveUp);
		Path directory = embedded.directory().toAbsolutePath();
		configuration.setJournalDirectory(directory.resolve("journal").toString());
		configuration.setBindingsDirectory(directory.resolve("bindings").toString());
		configuration.setPagingDirectory(directory.resolve("paging").toString());
		configuration.setLargeMessagesDirectory(directory.resolve("large-messages").toString());
		for (String queue : List.of(worker.queue(), worker.answers(), properties.deadLetters())) {
			configuration.addQueueConfiguration(QueueConfiguration.of(queue).setRoutingType(RoutingType.ANYCAST));
		}
		EmbeddedActiveMQ broker = new EmbeddedActiveMQ().setConfiguration(configuration);
		if (properties.user() != null && properties.password() != null) {
			admitOnly(properties.user(), properties.password(), configuration, broker);
		}
		return broker;
	}

	private static void admitOnly(String user, String password, Configuration configuration, EmbeddedActiveMQ broker) {
		String role = "worker";
		boolean manage = false;
		configuration.setSecurityEnabled(true)
			.putSecurityRoles("#", Set
				.of(new Role(role, true, true, true, true, true, true, manage, true, true, true, manage, manage)));
		broker.setSecurityManager(new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(),
				new SecurityConfiguration(Map.of(user, password), Map.of(user, List.of(role)))));
	}

	/**
	 * The broker would wait for the lock of its journal, or go on without its port.
	 */
	private static void requireFree(BrokerProperties.Embedded embedded) {
		try (ServerSocket socket = new ServerSocket(embedded.port(), 1, InetAddress.getByName(embedded.host()))) {
			return;
		}
		catch (IOException ex) {
			throw new InvalidConfigurationPropertyValueException("broker.embedded.port", embedded.port(),
					"The broker in this process cannot listen there (" + ex.getMessage()
							+ "). To work for a broker that runs already, set broker.url=" + embedded.url()
							+ "; else choose another port and broker.embedded.directory");
		}
	}

}
