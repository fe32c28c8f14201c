package io.palitra.spring.boot.autoconfigure;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunnerClosedException;

/**
 * Stops and starts a runner with its application context, and closes it with that. Looks
 * it up each time: one that is initialized lazily starts when it is built and must be
 * stopped all the same, and looking must not build it.
 */
final class EventLoopThreadRunnerLifecycle implements SmartLifecycle {

	/**
	 * Below the web server, the schedulers and the executors: what they drain at shutdown
	 * can still make calls.
	 */
	static final int PHASE = Integer.MAX_VALUE / 2 - 1024;

	private static final Log logger = LogFactory.getLog(EventLoopThreadRunnerLifecycle.class);

	private final ConfigurableApplicationContext context;

	private final String runnerBeanName;

	private final boolean autoStartup;

	/**
	 * Whether the runner was stopped while it ran, so that a context that resumes after a
	 * pause has it resume, whoever started it.
	 */
	private volatile boolean stoppedWhileRunning;

	EventLoopThreadRunnerLifecycle(ConfigurableApplicationContext context, String runnerBeanName, boolean autoStartup) {
		this.context = context;
		this.runnerBeanName = runnerBeanName;
		this.autoStartup = autoStartup;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	@Override
	public boolean isAutoStartup() {
		return this.autoStartup || this.stoppedWhileRunning;
	}

	@Override
	public boolean isRunning() {
		EventLoopThreadRunner runner = runner();
		return runner != null && runner.isAlive();
	}

	@Override
	public void start() {
		this.stoppedWhileRunning = false;
		EventLoopThreadRunner runner = runner();
		if (runner != null) {
			try {
				runner.start();
			}
			catch (RunnerClosedException ex) {
				// Whoever closed it meant it, and the rest of the application is to
				// start.
				logger.debug("Not started", ex);
			}
		}
	}

	/**
	 * A context that closes does not come back, so that the runner is then closed.
	 */
	@Override
	public void stop() {
		EventLoopThreadRunner runner = runner();
		if (runner == null) {
			return;
		}
		if (!this.context.isClosed()) {
			this.stoppedWhileRunning = runner.isAlive();
			runner.stop();
		}
		else if (!isNeededLater()) {
			runner.close();
		}
	}

	/**
	 * Finds the executors that complete their tasks when they are destroyed and not when
	 * the context stops. The runner is then left running until it is destroyed, after
	 * them.
	 */
	private boolean isNeededLater() {
		ConfigurableListableBeanFactory beanFactory = this.context.getBeanFactory();
		boolean needed = false;
		for (String executor : WaitingExecutors.in(beanFactory)) {
			beanFactory.registerDependentBean(this.runnerBeanName, executor);
			needed = true;
		}
		return needed;
	}

	@Override
	public void stop(Runnable callback) {
		EventLoopThreadRunner runner = runner();
		if (runner != null && runner.isInCall()) {
			// The context waits here for the callback: a call that closes its own context
			// would wait for itself.
			stopAndTell(callback);
			return;
		}
		Thread thread = new Thread(null, () -> stopAndTell(callback), "palitra-stop-" + this.runnerBeanName, 0, false);
		thread.setDaemon(true);
		thread.start();
	}

	private void stopAndTell(Runnable callback) {
		try {
			stop();
		}
		catch (RuntimeException | Error ex) {
			logger.warn("The runner of bean '" + this.runnerBeanName + "' could not be stopped", ex);
		}
		finally {
			callback.run();
		}
	}

	private @Nullable EventLoopThreadRunner runner() {
		ConfigurableListableBeanFactory beanFactory = this.context.getBeanFactory();
		return beanFactory.containsSingleton(this.runnerBeanName)
				? beanFactory.getBean(this.runnerBeanName, EventLoopThreadRunner.class) : null;
	}

}
