package io.palitra.spring.boot.autoconfigure.observation;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.util.function.SingletonSupplier;

import io.palitra.spi.ContextCarrier;
import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;
import io.palitra.spi.RunResult;

/**
 * Observes calls: from the call to its end, with the caller's observation as the parent,
 * and current wherever work is done for the call. It never is on the caller's thread,
 * where it could stay behind.
 */
final class RunObservations implements RunListener, ContextCarrier, SmartInitializingSingleton {

	private static final Snapshot NOTHING = () -> () -> {
	};

	private final SingletonSupplier<ObservationRegistry> registry;

	private final SingletonSupplier<RunObservationConvention> convention;

	private final Map<RunEvent, Observed> observed = new ConcurrentHashMap<>();

	/**
	 * The call that the current thread is making, from its submission to the capture of
	 * its context.
	 */
	private final ThreadLocal<@Nullable Observed> submitted = new ThreadLocal<>();

	/**
	 * Creates a listener. It looks the registry up when the first call is made, as a
	 * runner needs its listeners early, and a registry may need beans that call a runner.
	 */
	RunObservations(ObjectProvider<ObservationRegistry> registry, ObjectProvider<RunObservationConvention> convention) {
		this.registry = SingletonSupplier.of(registry::getObject);
		this.convention = SingletonSupplier.of(() -> convention.getIfAvailable(DefaultRunObservationConvention::new));
	}

	/**
	 * Two conventions are a mistake, which is to stop the start and no call.
	 */
	@Override
	public void afterSingletonsInstantiated() {
		this.convention.obtain();
	}

	@Override
	public void onSubmit(RunEvent run) {
		Observation observation = Observation.createNotStarted(null, this.convention.obtain(),
				() -> new RunObservationContext(run), this.registry.obtain());
		if (!observation.isNoop()) {
			Observed call = new Observed(observation);
			this.observed.put(run, call);
			this.submitted.set(call);
			observation.start();
		}
	}

	@Override
	public Snapshot capture() {
		Observed call = this.submitted.get();
		this.submitted.remove();
		Observation observation = (call != null) ? call.observation : null;
		return (observation != null) ? () -> observation.openScope()::close : NOTHING;
	}

	@Override
	public void onEnd(RunEvent run, RunResult result, @Nullable Throwable failure) {
		Observed call = this.observed.remove(run);
		if (call == null) {
			return;
		}
		if (this.submitted.get() == call) {
			// Its context was never captured, as there was only something to wait for
			this.submitted.remove();
		}
		Observation observation = Objects.requireNonNull(call.observation);
		call.observation = null;
		((RunObservationContext) observation.getContext()).setResult(result);
		if (failure != null) {
			observation.error(failure);
		}
		observation.stop();
	}

	/**
	 * A call that is observed. Empty when it has ended, as the thread that made it may
	 * keep this: nothing is captured for a runner that does not carry the context.
	 */
	private static final class Observed {

		private volatile @Nullable Observation observation;

		Observed(Observation observation) {
			this.observation = observation;
		}

	}

}
