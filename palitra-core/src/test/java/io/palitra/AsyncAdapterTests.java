package io.palitra;

import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.palitra.Runners.OnLoop;
import io.palitra.spi.AsyncAdapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

@DisplayName("blocking faces and tasks of adapted types")
@Tag("start-on")
class AsyncAdapterTests {

	private final EventLoopThreadRunner runner = Runners.builder()
		.name("adapting")
		.asyncAdapter(new PromiseAdapter())
		.build();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	private Users face(Users.Async target) {
		return this.runner.blocking(Users.class, target);
	}

	@Test
	void methodsWaitForTheStageThatTheAdapterMakes() throws IOException {
		assertThat(face((id) -> new Promise<>(() -> CompletableFuture.supplyAsync(() -> "user " + id))).load(7))
			.isEqualTo("user 7");
		assertThat(face((id) -> new Promise<>(() -> CompletableFuture.completedFuture(null))).load(7)).isNull();
	}

	@OnLoop
	@Test
	void adapterIsCalledOnTheLoop() throws IOException {
		assertThat(
				face((id) -> new Promise<>(() -> CompletableFuture.completedFuture(Thread.currentThread().getName())))
					.load(7))
			.isEqualTo("palitra-adapting");
	}

	@Test
	void callThatIsGivenUpCancelsTheStageC5() {
		Thread caller = Thread.currentThread();
		CompletableFuture<String> never = new CompletableFuture<>();
		Users users = face((id) -> new Promise<>(() -> {
			caller.interrupt();
			return never;
		}));
		assertThatExceptionOfType(RunInterruptedException.class).isThrownBy(() -> users.load(7));
		assertThat(Thread.interrupted()).isTrue();
		await().untilAsserted(() -> assertThat(never).isCancelled());
	}

	@Test
	void declaredCheckedExceptionsAreThrownAsTheyAre() {
		IOException failure = new IOException("expected");
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> face((id) -> new Promise<>(() -> CompletableFuture.failedFuture(failure))).load(7))
			.isSameAs(failure);
	}

	@Test
	void failureOfTheAdapterFailsTheCall() {
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> face((id) -> new Promise<>(() -> {
			throw new IllegalStateException("broken adapter");
		})).load(7)).withMessage("broken adapter");
	}

	@Test
	void nullInsteadOfAnAdaptedObjectIsNamedC1() {
		assertThatNullPointerException().isThrownBy(() -> face((id) -> null).load(7))
			.withMessage("task \"Users.load\" returned null instead of a Promise");
	}

	@Test
	void resultThatDoesNotFitIsRefusedAtCreation() {
		interface Counting {

			int load(int id);

		}
		// A lambda's class would not tell what the promise is of
		Users.Async target = new Users.Async() {

			@Override
			public Promise<String> load(int id) {
				return new Promise<>(() -> CompletableFuture.completedFuture("x"));
			}

		};
		assertThatIllegalArgumentException().isThrownBy(() -> this.runner.blocking(Counting.class, target))
			.withMessageContaining("load(int)")
			.withMessageContaining("the target's result is of type java.lang.String, not int");
	}

	@Test
	void typeThatNoAdapterKnowsIsRefusedAtCreation() {
		Users.Async target = (id) -> new Promise<>(() -> CompletableFuture.completedFuture("x"));
		try (EventLoopThreadRunner plain = Runners.create()) {
			assertThatIllegalArgumentException().isThrownBy(() -> plain.blocking(Users.class, target))
				.withMessageContaining("the target's result is of type " + Promise.class.getName());
		}
	}

	// Tasks

	@Test
	void callsThatReturnAnAdaptedTypeAreTasks() {
		AsyncCallable<String> first = this.runner
			.adapt(() -> new Promise<>(() -> CompletableFuture.supplyAsync(() -> "a")));
		String value = this.runner.run(first);
		assertThat(value).isEqualTo("a");
		List<String> values = this.runner.gather(first,
				this.runner.adapt(() -> CompletableFuture.completedFuture("b")));
		assertThat(values).containsExactly("a", "b");
	}

	@Test
	void taskThatIsGivenUpCancelsTheStageC5() {
		CompletableFuture<String> never = new CompletableFuture<>();
		Support.timeoutWhileRunning(this.runner,
				(limit) -> this.runner.run(this.runner.<String>adapt(() -> new Promise<>(() -> never)), limit));
		await().untilAsserted(() -> assertThat(never).isCancelled());
	}

	@Test
	void taskOfATypeThatNoAdapterKnowsNamesItC1() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.runner.run(this.runner.<String>adapt(() -> new StringBuilder())))
			.withMessage("the task returned a java.lang.StringBuilder, which no adapter of runner \"adapting\" knows: "
					+ "give its builder an asyncAdapter for it, or return a CompletionStage");
	}

	@Test
	void nullIsNamedC1() {
		assertThatNullPointerException().isThrownBy(() -> this.runner.adapt(null)).withMessage("source");
		assertThatNullPointerException().isThrownBy(() -> this.runner.run(this.runner.<String>adapt(() -> null)))
			.withMessage("the task returned null instead of an asynchronous object");
	}

	@Test
	void lateValueOfAnOptionalFaceIsDiscardedAsTheTargetHasBroughtItC11() {
		interface Finding {

			Optional<String> load(int id);

		}
		List<Object> discarded = new CopyOnWriteArrayList<>();
		Work<String> stubborn = Work.stubborn();
		try (EventLoopThreadRunner late = Runners.builder()
			.timeout(Duration.ofMillis(20))
			.asyncAdapter(new PromiseAdapter())
			.onDiscard(discarded::add)
			.build()) {
			Users.Async target = (id) -> new Promise<>(() -> stubborn);
			Finding face = late.blocking(Finding.class, target);
			// Again if the time was up before the target was called.
			Support.eventually().until(() -> {
				assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(() -> face.load(7));
				return late.snapshot().abandoned() > 0;
			});
			Support.settle(late);
			stubborn.complete("late");
			Support.untilActive(late, 0);
			assertThat(discarded).isNotEmpty().containsOnly("late");
		}
	}

	@Test
	void methodThatWantsTheAdaptedTypeIsCalledInPlace() {
		Promise<String> promise = new Promise<>(() -> CompletableFuture.completedFuture("x"));
		Users.Async target = (id) -> promise;
		Users.Async face = this.runner.blocking(Users.Async.class, target);
		assertThat(face.load(7)).isSameAs(promise);
	}

	@Test
	void typeThatGenericsHideIsAdapted() {
		interface Generic<T> {

			T load(int id);

		}
		Generic<Promise<String>> target = (id) -> new Promise<>(() -> CompletableFuture.completedFuture("user " + id));
		interface Hidden {

			String load(int id);

		}
		assertThat(this.runner.blocking(Hidden.class, target).load(7)).isEqualTo("user 7");
	}

	@Test
	void firstAdapterThatAdaptsATypeDoes() {
		AsyncAdapter other = new PromiseAdapter() {

			@Override
			public CompletionStage<?> toStage(Object source) {
				return CompletableFuture.completedFuture("other");
			}

		};
		Users.Async target = (id) -> new Promise<>(() -> CompletableFuture.completedFuture("x"));
		try (EventLoopThreadRunner several = Runners.builder()
			.asyncAdapter(other)
			.asyncAdapter(new PromiseAdapter())
			.build()) {
			assertThat(several.blocking(Hasty.class, target).load(7)).isEqualTo("other");
		}
	}

	@Test
	void nullAdapterIsRefused() {
		assertThatNullPointerException().isThrownBy(() -> Runners.builder().asyncAdapter(null))
			.withMessage("asyncAdapter");
	}

	interface Hasty {

		String load(int id);

	}

	interface Users {

		String load(int id) throws IOException;

		interface Async {

			Promise<String> load(int id);

		}

	}

	/**
	 * An asynchronous type of another library.
	 */
	public record Promise<T>(Supplier<CompletionStage<T>> work) {
	}

	private static class PromiseAdapter implements AsyncAdapter {

		@Override
		public boolean adapts(Class<?> type) {
			return type == Promise.class;
		}

		@Override
		public Class<?> resultType(Type type) {
			return (type instanceof ParameterizedType promise) ? (Class<?>) promise.getActualTypeArguments()[0]
					: Object.class;
		}

		@Override
		public CompletionStage<?> toStage(Object source) {
			return ((Promise<?>) source).work().get();
		}

	}

}
