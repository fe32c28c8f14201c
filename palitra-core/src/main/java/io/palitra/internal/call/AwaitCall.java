package io.palitra.internal.call;

import java.util.Objects;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import io.palitra.RunOptions;

/**
 * A call that only waits, for a stage that others have started.
 */
public final class AwaitCall<T extends @Nullable Object> extends OwnedCall<T> {

	private @Nullable CompletionStage<T> stage;

	public AwaitCall(Calls calls, CompletionStage<T> stage, RunOptions options) {
		super(calls, null, CompletionStage.class, options, new State.Running(stage));
		this.stage = stage;
	}

	/**
	 * Returns the outcome of a stage that is done, without making it a call.
	 * @return the value or a {@link Failed}
	 */
	public @Nullable Object read() {
		CompletionStage<T> done = Objects.requireNonNull(this.stage);
		AwaitCall<T> reader = new AwaitCall<>(this.calls, done, options());
		reader.listen(done);
		// Nothing there yet if the stage runs its dependents elsewhere even when
		// done.
		return reader.isOpen() ? make() : reader.outcome();
	}

	@Override
	void prepare() {
		running();
	}

	/**
	 * Listens to the stage: there is nothing to start.
	 */
	@Override
	boolean handOver() {
		CompletionStage<T> stage = Objects.requireNonNull(this.stage);
		this.stage = null;
		try {
			listen(stage);
		}
		catch (Throwable ex) {
			accept(null, ex);
		}
		return true;
	}

	@Override
	boolean ownsStage() {
		return false;
	}

}
