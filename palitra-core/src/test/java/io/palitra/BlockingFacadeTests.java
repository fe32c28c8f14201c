package io.palitra;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

@DisplayName("blocking faces")
class BlockingFacadeTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder().name("faces").build();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	private <F> F face(Class<F> type, Object target) {
		return this.runner.blocking(type, target);
	}

	// Results

	private static <T> CompletableFuture<T> later(T value) {
		return CompletableFuture.supplyAsync(() -> value, (command) -> Support.daemon(command).start());
	}

	@Test
	void methodsWaitForTheStageOfTheTargetsMethod() {
		// xloem/async_to_sync
		AsyncUsers target = new AsyncUsers();
		Users users = face(Users.class, target);
		assertThat(users.load(7)).isEqualTo("user 7");
		assertThat(users.count()).isEqualTo(42);
		users.touch("x");
		assertThat(target.log).containsExactly("touched x");
		assertThat(users.exists(7L)).isTrue();
		assertThat(users.exists(null)).isFalse();
		assertThat(users.find("x")).hasValue("x");
		assertThat(users.names("a", "b")).containsExactly("a", "b");
		assertThat(users.names()).isEmpty();
		assertThat(users.ids(new int[] { 1, 2 })).containsExactly(1, 2);
		assertThat(users.numbers()).hasToString("[1, 2.0]");
		assertThat(users.initial('c', (byte) 1, (short) 2, 3, 4, 5, 6, true)).isEqualTo('c');
	}

	@Test
	void targetsMethodIsCalledOnTheLoop() {
		interface Where {

			Boolean inLoop();

		}
		assertThat(face(Where.class, new InLoopTarget(this.runner.getLoop())).inLoop()).isTrue();
	}

	@Test
	void plainMethodIsPassedThroughInPlace() {
		// miyakogi/syncer
		interface Mixed {

			String async();

			Thread plain(String argument);

			CompletionStage<String> started();

		}
		Mixed mixed = face(Mixed.class, new MixedTarget());
		assertThat(mixed.async()).isEqualTo("async");
		assertThat(mixed.plain("x")).isSameAs(Thread.currentThread());
		// A face that wants the stage gets it, without waiting, even on the loop
		assertThat(mixed.started()).isCompletedWithValue(Thread.currentThread().getName());
		assertThat(Support.get(this.runner.getLoop().submit(() -> mixed.plain("x"))))
			.isSameAs(Support.threadOf(this.runner));
		assertThatExceptionOfType(BlockingNotAllowedException.class)
			.isThrownBy(() -> this.runner.run(() -> Support.value(mixed.async()).call()))
			.withMessageContaining("\"Mixed.async\"");
	}

	@Test
	void nullResultIsNullAndAClearErrorWhereNothingFits() {
		interface Nulls {

			String object();

			Integer boxed();

			void nothing();

			int primitive();

			boolean flag();

		}
		Nulls nulls = face(Nulls.class, new NullsTarget());
		assertThat(nulls.object()).isNull();
		assertThat(nulls.boxed()).isNull();
		nulls.nothing();
		assertThatNullPointerException().isThrownBy(nulls::primitive)
			.withMessageContaining("\"Nulls.primitive\"")
			.withMessageContaining("int");
		assertThatNullPointerException().isThrownBy(nulls::flag)
			.withMessageContaining("\"Nulls.flag\"")
			.withMessageContaining("boolean");
	}

	@Test
	void nullStageIsToldByName() {
		interface Face {

			String get();

		}
		assertThatNullPointerException().isThrownBy(face(Face.class, new NullStageTarget())::get)
			.withMessageContaining("task \"Face.get\" returned null");
	}

	@Test
	void overloadsAreToldApart() {
		interface Overloaded {

			String get(int key);

			String get(Integer key);

			String get(String key);

			String get(Object key);

			String get(Object... keys);

		}
		Overloaded overloaded = face(Overloaded.class, new OverloadedTarget());
		assertThat(List.of(overloaded.get(1), overloaded.get((Integer) 1), overloaded.get("x"), overloaded.get(1.0),
				overloaded.get(1, 2), overloaded.get()))
			.containsExactly("int", "Integer", "String", "Object", "plain [1, 2]", "plain []");
	}

	// Generics and inheritance

	@Test
	void typeArgumentsOfTheFaceAreHeeded() {
		UserRepository users = face(UserRepository.class, new AsyncUserRepository());
		assertThat(users.find(1L)).isInstanceOf(SpecialUser.class);
		assertThat(users.all()).isEmpty();
		User[] array = new User[1];
		assertThat(users.array(array)).isSameAs(array);
		SpecialUser special = new SpecialUser();
		assertThat(users.save(special)).isSameAs(special);
		assertThat(users.map(Map.of())).isEmpty();
		assertThat(users.name("x")).isEqualTo("x");
		// Through the interfaces it inherits from, whose methods are erased
		Repository<User, Long> repository = users;
		assertThat(repository.find(1L)).isInstanceOf(SpecialUser.class);
		Labelled<String> named = users;
		assertThat(named.name("y")).isEqualTo("y");
	}

	@Test
	void genericFaceMeetsATargetWithBridgeMethods() {
		FindingUsers users = face(FindingUsers.class, new BridgedUsers());
		assertThat(users.find(1L)).isInstanceOf(SpecialUser.class);
		Finding<User, Long> finding = users;
		assertThat(finding.find(1L)).isInstanceOf(SpecialUser.class);
		PlainFindingUsers plain = face(PlainFindingUsers.class, new BridgedUsers());
		assertThat(plain.find(1L)).isInstanceOf(SpecialUser.class);
	}

	@Test
	void genericFaceMeetsAGenericTarget() {
		User user = new User();
		FindingUsers users = face(FindingUsers.class, new GenericAsyncRepository<User, Long>(user));
		assertThat(users.find(1L)).isSameAs(user);
		assertThat(users.save(user)).isSameAs(user);
		@SuppressWarnings("unchecked")
		Finding<User, Long> raw = face(Finding.class, new GenericAsyncRepository<User, Long>(user));
		assertThat(raw.find(1L)).isSameAs(user);
	}

	@Test
	void plainFaceMeetsATargetThatInheritsFromAGenericClass() {
		PlainFindingUsers users = face(PlainFindingUsers.class, new InheritingUsers());
		assertThat(users.find(1L)).isInstanceOf(SpecialUser.class);
	}

	@Test
	void typesFromTheJdkMayBeFaces() throws Exception {
		JdkTarget target = new JdkTarget();
		assertThat(face(Supplier.class, target).get()).isEqualTo("got");
		assertThat(face(Callable.class, target).call()).isEqualTo("called");
		face(Runnable.class, target).run();
		@SuppressWarnings("unchecked")
		Function<Object, String> function = face(Function.class, target);
		assertThat(function.andThen(String::length).apply("x")).isEqualTo(12);
		@SuppressWarnings("unchecked")
		BiFunction<Object, Object, String> both = face(BiFunction.class, target);
		assertThat(both.apply("x", "y")).isEqualTo("applied to both");
	}

	@Test
	void stageThatErasureHidesIsWaitedForToo() {
		// Of a lambda nobody knows that it returns a stage until it does
		Supplier<CompletionStage<String>> supplier = () -> later("got");
		Function<String, CompletionStage<String>> function = (argument) -> later("applied to " + argument);
		assertThat(face(Supplier.class, supplier).get()).isEqualTo("got");
		@SuppressWarnings("unchecked")
		Function<String, String> applying = face(Function.class, function);
		assertThat(applying.apply("x")).isEqualTo("applied to x");
	}

	// Default and static methods, and those of Object

	@Test
	void defaultMethodsAreTheFacesOwnUnlessTheTargetHasThem() {
		Greeting greeting = face(Greeting.class, new AsyncGreeting());
		assertThat(greeting.greet()).isEqualTo("Hello, World");
		assertThat(greeting.greet("Hi", 2)).isEqualTo("Hi, Hi, World");
		assertThat(greeting.overridden()).isEqualTo("of the target");
		assertThatExceptionOfType(IOException.class).isThrownBy(greeting::checked).withMessage("default");
		assertThat(face(PoliteGreeting.class, new AsyncGreeting()).greet()).isEqualTo("Hello, World!");
	}

	@Test
	void staticMethodsPlayNoPart() {
		interface Unmatched {

			String ofNobody();

		}
		assertThat(Greeting.ofNobody()).isEqualTo("static");
		assertThat(face(Greeting.class, new AsyncGreeting())).isNotNull();
		// Nor does the target's static method answer for the face's instance method
		assertThatIllegalArgumentException().isThrownBy(() -> face(Unmatched.class, new AsyncGreeting()))
			.withMessageContaining("ofNobody()");
	}

	@Test
	void methodsOfObjectAreTheFacesOwn() {
		interface Comparing {

			@Override
			boolean equals(Object other);

			@Override
			int hashCode();

			@Override
			String toString();

			String name();

		}
		AsyncGreeting target = new AsyncGreeting() {

			@Override
			public boolean equals(Object other) {
				throw new AssertionError("of the target");
			}

			@Override
			public int hashCode() {
				throw new AssertionError("of the target");
			}

			@Override
			public String toString() {
				return "the target";
			}

		};
		Comparing one = face(Comparing.class, target);
		Comparing other = face(Comparing.class, target);
		assertThat(one.equals(one)).isTrue();
		assertThat(one.equals(other)).isFalse();
		assertThat(one.equals(null)).isFalse();
		assertThat(one.hashCode()).isEqualTo(one.hashCode());
		assertThat(one.toString()).contains("Comparing").contains("the target");
		assertThat(one.name()).isEqualTo("World");
	}

	@Test
	void methodsOfObjectNeverFail() {
		InvocationHandler knowsNothing = (proxy, method, arguments) -> {
			throw new IllegalStateException("Unexpected method invocation: " + method);
		};
		AsyncFinding target = proxy(AsyncFinding.class, knowsNothing);
		FindingFace face = face(FindingFace.class, target);
		assertThat(face.toString()).contains(FindingFace.class.getName()).contains(target.getClass().getName());
		assertThat(face.equals(face)).isTrue();
		assertThat(face.equals(target)).isFalse();
		assertThat(face.hashCode()).isEqualTo(face.hashCode());
		Object recursive = new AsyncUsers() {

			@Override
			public String toString() {
				return toString();
			}

		};
		assertThat(face(Users.class, recursive).toString()).contains(Users.class.getName());
	}

	// Proxies, whose classes do not know what the results are of

	@Test
	void proxyIsCheckedLikeWhatItStandsFor() {
		AsyncFinding target = proxy(AsyncFinding.class, (proxy, method, arguments) -> later("found"));
		assertThat(face(FindingFace.class, target).find("x")).isEqualTo("found");
		assertMisfit(target);
		assertMisfit(proxy(InheritedAsyncFinding.class, (proxy, method, arguments) -> later("found")));
		assertMisfit(new RawFinding());
		assertThat(face(FindingFace.class, new RawFinding()).find("x")).isEqualTo("found");
	}

	private void assertMisfit(Object target) {
		interface Wrong {

			Integer find(String name);

		}
		interface WrongOptional {

			Optional<Integer> find(String name);

		}
		for (Class<?> wrong : List.of(Wrong.class, WrongOptional.class)) {
			assertThatIllegalArgumentException().as(target.getClass().toString())
				.isThrownBy(() -> face(wrong, target))
				.withMessageContaining("find(java.lang.String)")
				.withMessageContaining("the target's result is of type java.lang.String, not java.lang.Integer");
		}
	}

	@Test
	void stageOfAProxyThatInheritsFromAGenericTypeIsWaitedForOnTheLoop() {
		interface AsyncNaming extends Supplier<CompletionStage<String>> {

		}
		interface Naming {

			String get();

		}
		AsyncNaming target = proxy(AsyncNaming.class,
				(proxy, method, arguments) -> CompletableFuture.completedFuture(Thread.currentThread().getName()));
		assertThat(face(Naming.class, target).get()).isEqualTo("palitra-faces");
	}

	private static <T> T proxy(Class<T> type, InvocationHandler handler) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, handler));
	}

	// Optional

	@Test
	void optionalOfTheResultIsWhatTheFaceMayWant() {
		interface OptionalFinding {

			Optional<String> find(String name);

		}
		AsyncFinding target = (name) -> later(name.isEmpty() ? null : name);
		OptionalFinding face = face(OptionalFinding.class, target);
		assertThat(face.find("x")).contains("x");
		assertThat(face.find("")).isEmpty();
		// Of one that results in an Optional itself there is no second one
		assertThat(face(Users.class, new AsyncUsers()).find("x")).contains("x");
	}

	// Failures

	@Test
	void declaredCheckedFailureIsThrownAsItIs() {
		for (boolean atOnce : List.of(false, true)) {
			IOException failure = new FileNotFoundException("gone");
			Failing failing = face(Failing.class, new AsyncFailing(failure, atOnce));
			assertThat(catchThrowable(failing::declared)).isSameAs(failure);
			assertThat(catchThrowable(failing::wider)).isSameAs(failure);
			assertThat(catchThrowable(failing::several)).isSameAs(failure);
			assertThat(catchThrowable(failing::plain)).isSameAs(failure);
			assertThat(failure.getSuppressed()).singleElement()
				.isInstanceOfSatisfying(RunCallSite.class,
						(site) -> assertThat(site.getTaskName()).isEqualTo("Failing.several"));
		}
	}

	@Test
	void undeclaredCheckedFailureIsWrapped() {
		for (boolean atOnce : List.of(false, true)) {
			IOException failure = new IOException("gone");
			Failing failing = face(Failing.class, new AsyncFailing(failure, atOnce));
			assertThatExceptionOfType(CompletionException.class).isThrownBy(failing::undeclared).withCause(failure);
			assertThatExceptionOfType(CompletionException.class).isThrownBy(failing::plainUndeclared)
				.withCause(failure);
			Exception other = new InstantiationException("other");
			assertThatExceptionOfType(CompletionException.class)
				.isThrownBy(face(Failing.class, new AsyncFailing(other, atOnce))::declared)
				.withCause(other);
		}
	}

	@Test
	void uncheckedFailureAndErrorAreThrownAsTheyAre() {
		for (Throwable failure : List.of(new IllegalStateException("x"), new AssertionError("x"),
				new CompletionException("without cause", null), new OwnCompletionException(new IOException("x")))) {
			for (boolean atOnce : List.of(false, true)) {
				Failing failing = face(Failing.class, new AsyncFailing(failure, atOnce));
				assertThat(catchThrowable(failing::declared)).isSameAs(failure);
				assertThat(catchThrowable(failing::undeclared)).isSameAs(failure);
				assertThat(catchThrowable(failing::wider)).isSameAs(failure);
				assertThat(catchThrowable(failing::plain)).isSameAs(failure);
				assertThat(catchThrowable(failing::plainUndeclared)).isSameAs(failure);
			}
		}
	}

	@Test
	void callsOfTheRunnerEndAsAnyOther() {
		interface Slow {

			String never(String argument);

		}
		RunTimeoutException timeout = Support.timeoutWhileRunning((limit) -> {
			SlowTarget target = new SlowTarget();
			try (EventLoopThreadRunner limited = EventLoopThreadRunner.builder().timeout(limit).build()) {
				return limited.blocking(Slow.class, target).never("x");
			}
			catch (RunTimeoutException ex) {
				assertThat(target.work.cancellations())
					.isEqualTo((ex.getPhase() == RunPhase.RUNNING) ? List.of(true) : List.of());
				throw ex;
			}
		});
		assertThat(timeout).hasMessageContaining("\"Slow.never\"");
		SlowTarget target = new SlowTarget();
		Slow slow = face(Slow.class, target);
		Owner<String> interrupted = Owner.parked(() -> slow.never("x"));
		interrupted.interrupt();
		assertThat(interrupted.failure()).isInstanceOf(RunInterruptedException.class);
		assertThat(interrupted.wasInterruptedAtEnd()).isTrue();
		this.runner.close();
		assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> slow.never("x"))
			.withMessageContaining("\"Slow.never\"");
	}

	@Test
	void faceMayBeUsedByManyThreads() {
		Users users = face(Users.class, new AsyncUsers());
		List<Owner<String>> owners = IntStream.range(0, 16).mapToObj((i) -> Owner.start(() -> users.load(i))).toList();
		for (int i = 0; i < 16; i++) {
			assertThat(owners.get(i).value()).isEqualTo("user " + i);
		}
	}

	// Access

	@Test
	void hiddenTargetsAndFacesWork() {
		assertThat(face(Hidden.class, new HiddenTarget()).secret()).isEqualTo("of a hidden class");
		assertThat(face(PrivateFace.class, new HiddenTarget()).twice()).isEqualTo("of a hidden classof a hidden class");
	}

	@Test
	void methodsOfTheTargetThatAreNotPublicDoNotCount() {
		interface Prying {

			String notPublic();

		}
		assertThatIllegalArgumentException().isThrownBy(() -> face(Prying.class, new HiddenTarget()))
			.withMessageContaining("notPublic()");
	}

	@Test
	void lambdaMayBeTheTarget() {
		interface AsyncLength {

			CompletionStage<Integer> length(String of);

		}
		interface Length {

			int length(String of);

		}
		AsyncLength target = (of) -> later(of.length());
		assertThat(face(Length.class, target).length("four")).isEqualTo(4);
	}

	@Test
	void faceMayBeTheTargetOfAFace() {
		Users users = face(Users.class, face(Users.class, new AsyncUsers()));
		assertThat(users.load(1)).isEqualTo("user 1");
	}

	// Misfits

	@Test
	void misfitsAreListedTogetherByNameAndType() {
		assertThatIllegalArgumentException().isThrownBy(() -> face(Misfits.class, new MisfitTarget()))
			.withMessageContaining(Misfits.class.getName())
			.withMessageContaining(MisfitTarget.class.getName())
			.withMessageContaining("missing(int")
			.withMessageContaining("java.lang.String[])")
			.satisfies((ex) -> assertThat(ex.getMessage()
				.lines()
				.skip(1)
				.map((line) -> line.replaceAll(".*\\.(\\w+)\\(.*?\\): ", "$1: ").strip()))
				.containsExactlyInAnyOrder("missing: the target has no public method missing(int, java.lang.String[])",
						"wrongType: the target's result is of type java.lang.String, not int",
						"wrongPlainType: the target's result is of type java.lang.Integer, not java.lang.String",
						"plainVoid: the target's result is of type void, not java.lang.String",
						"wrongParameter: the target has no public method wrongParameter(long)",
						"wrongGeneric: the target's result is of type java.util.Map, not java.util.List"));
	}

	@Test
	void resultTypeOfAnotherStageTypeIsItsOwn() {
		interface Face {

			String get();

		}
		assertThat(face(Face.class, new KeyedTarget()).get()).isEqualTo("keyed");
	}

	@Test
	void onlyInterfacesAreFaces() {
		assertThatIllegalArgumentException().isThrownBy(() -> face(AsyncUsers.class, new AsyncUsers()))
			.withMessageContaining("facade")
			.withMessageContaining(AsyncUsers.class.getName());
		assertThatNullPointerException().isThrownBy(() -> face(null, new AsyncUsers())).withMessage("facade");
		assertThatNullPointerException().isThrownBy(() -> face(Users.class, null)).withMessage("asyncTarget");
	}

	@Test
	void makingAFaceCallsNothing() {
		Hidden face = Support.get(this.runner.getLoop().submit(() -> face(Hidden.class, new UncalledTarget())));
		assertThat(this.runner.snapshot().submitted()).isZero();
		assertThatIllegalStateException().isThrownBy(face::secret).withMessage("called");
	}

	interface FindingFace {

		String find(String name);

	}

	public interface AsyncFinding {

		CompletionStage<String> find(String name);

	}

	/**
	 * Not accessible, and says what the results are of only in what it inherits from.
	 */
	private interface InheritedAsyncFinding extends GenericAsyncFinding<String, CompletionStage<String>> {

	}

	private interface GenericAsyncFinding<T, S extends CompletionStage<T>> {

		S find(String name);

	}

	/**
	 * Overrides as classes do that are made at run time.
	 */
	@SuppressWarnings({ "rawtypes", "unchecked" })
	public static class RawFinding extends PlainFinding {

		@Override
		public CompletableFuture find(String name) {
			return super.find(name);
		}

	}

	public static class PlainFinding {

		public CompletableFuture<String> find(String name) {
			return later("found");
		}

	}

	interface Users {

		String load(long id);

		int count();

		void touch(String name);

		boolean exists(Long id);

		Optional<String> find(String name);

		String[] names(String... prefixes);

		int[] ids(int[] of);

		List<? extends Number> numbers();

		char initial(char of, byte b, short s, int i, long l, float f, double d, boolean z);

	}

	public static class AsyncUsers {

		final List<String> log = new ArrayList<>();

		public CompletableFuture<String> load(long id) {
			return later("user " + id);
		}

		public CompletionStage<Integer> count() {
			return later(42);
		}

		public CompletionStage<Void> touch(String name) {
			this.log.add("touched " + name);
			return later(null);
		}

		public CompletionStage<Boolean> exists(Long id) {
			return later(id != null && id == 7);
		}

		public CompletionStage<Optional<String>> find(String name) {
			return later(Optional.of(name));
		}

		public CompletionStage<String[]> names(String... prefixes) {
			return later(prefixes);
		}

		public CompletionStage<int[]> ids(int[] of) {
			return later(of);
		}

		public CompletionStage<? extends List<? extends Number>> numbers() {
			return later(List.of(1, 2.0));
		}

		public CompletionStage<Character> initial(char of, byte b, short s, int i, long l, float f, double d,
				boolean z) {
			return later((b + s + i + l + f + d == 21 && z) ? of : '?');
		}

	}

	interface Repository<T, I> {

		T find(I id);

		List<T> all();

		T[] array(T[] of);

		<S extends T> S save(S entity);

		Map<I, ? super T> map(Map<? extends I, T> of);

	}

	interface Labelled<N> {

		N name(N of);

	}

	interface LabelledRepository<E> extends Repository<E, Long>, Labelled<String> {

	}

	interface UserRepository extends LabelledRepository<User> {

		@Override
		SpecialUser find(Long id);

	}

	public static class User {

	}

	public static class SpecialUser extends User {

	}

	public static class AsyncUserRepository {

		public CompletionStage<SpecialUser> find(Long id) {
			return later(new SpecialUser());
		}

		public CompletionStage<List<User>> all() {
			return later(List.of());
		}

		public CompletionStage<User[]> array(User[] of) {
			return later(of);
		}

		public <S extends User> CompletionStage<S> save(S entity) {
			return later(entity);
		}

		public CompletionStage<Map<Long, User>> map(Map<? extends Long, User> of) {
			return later(Map.of());
		}

		public CompletionStage<String> name(String of) {
			return later(of);
		}

	}

	interface AsyncRepository<T, I> {

		CompletionStage<T> find(I id);

		CompletionStage<T> save(T entity);

	}

	public static class BridgedUsers implements AsyncRepository<User, Long> {

		@Override
		public CompletableFuture<User> find(Long id) {
			return later(new SpecialUser());
		}

		@Override
		public CompletableFuture<User> save(User entity) {
			return later(entity);
		}

	}

	public static class GenericAsyncRepository<T, I> implements AsyncRepository<T, I> {

		private final T only;

		GenericAsyncRepository(T only) {
			this.only = only;
		}

		@Override
		public CompletionStage<T> find(I id) {
			return later(this.only);
		}

		@Override
		public CompletionStage<T> save(T entity) {
			return later(entity);
		}

	}

	interface Finding<T, I> {

		T find(I id);

		T save(T entity);

	}

	interface FindingUsers extends Finding<User, Long> {

	}

	interface PlainFindingUsers {

		User find(Long id);

		User save(User entity);

	}

	interface Greeting {

		String name();

		default String greet() {
			return "Hello, " + name();
		}

		default String greet(String salutation, int times) {
			return (salutation + ", ").repeat(times) + name();
		}

		default String overridden() {
			return "of the face";
		}

		default String checked() throws IOException {
			throw new IOException("default");
		}

		static String ofNobody() {
			return "static";
		}

	}

	interface PoliteGreeting extends Greeting {

		@Override
		default String greet() {
			return Greeting.super.greet() + "!";
		}

	}

	public static class AsyncGreeting {

		public CompletionStage<String> name() {
			return later("World");
		}

		public CompletionStage<String> overridden() {
			return later("of the target");
		}

		public static String ofNobody() {
			return "static of the target";
		}

	}

	interface Failing {

		String declared() throws IOException;

		String undeclared();

		String wider() throws Exception;

		String several() throws IOException, TimeoutException;

		String plain() throws IOException;

		String plainUndeclared();

	}

	public static class AsyncFailing {

		private final Throwable failure;

		private final boolean atOnce;

		AsyncFailing(Throwable failure, boolean atOnce) {
			this.failure = failure;
			this.atOnce = atOnce;
		}

		private CompletionStage<String> fail() {
			if (this.atOnce) {
				throw Support.<RuntimeException>sneaky(this.failure);
			}
			return CompletableFuture.failedFuture(this.failure);
		}

		public CompletionStage<String> declared() {
			return fail();
		}

		public CompletionStage<String> undeclared() {
			return fail();
		}

		public CompletionStage<String> wider() {
			return fail();
		}

		public CompletionStage<String> several() {
			return fail();
		}

		public String plain() {
			throw Support.<RuntimeException>sneaky(this.failure);
		}

		public String plainUndeclared() {
			throw Support.<RuntimeException>sneaky(this.failure);
		}

	}

	interface Hidden {

		String secret();

	}

	private interface AsyncHidden {

		CompletionStage<String> secret();

	}

	private static final class HiddenTarget implements AsyncHidden {

		@Override
		public CompletionStage<String> secret() {
			return later("of a hidden class");
		}

		CompletionStage<String> notPublic() {
			return secret();
		}

	}

	private interface PrivateFace {

		String secret();

		default String twice() {
			return secret() + secret();
		}

	}

	interface Misfits {

		String fits(String argument);

		String missing(int key, String... names);

		int wrongType();

		String wrongPlainType();

		String plainVoid();

		String wrongParameter(long argument);

		List<String> wrongGeneric();

	}

	public static class MisfitTarget {

		public CompletionStage<String> fits(String argument) {
			return later(argument);
		}

		public CompletionStage<String> wrongType() {
			return later("x");
		}

		public Integer wrongPlainType() {
			return 1;
		}

		public void plainVoid() {
		}

		public CompletionStage<String> wrongParameter(int argument) {
			return later("x");
		}

		public CompletionStage<Map<String, String>> wrongGeneric() {
			return later(Map.of());
		}

	}

	public static class InLoopTarget {

		private final EventLoop loop;

		InLoopTarget(EventLoop loop) {
			this.loop = loop;
		}

		public CompletionStage<Boolean> inLoop() {
			return later(this.loop.inEventLoop());
		}

	}

	public static class MixedTarget {

		public CompletableFuture<String> async() {
			return later("async");
		}

		public Thread plain(String argument) {
			return Thread.currentThread();
		}

		public CompletableFuture<String> started() {
			return CompletableFuture.completedFuture(Thread.currentThread().getName());
		}

	}

	public static class NullsTarget {

		public CompletionStage<String> object() {
			return later(null);
		}

		public CompletionStage<Integer> boxed() {
			return later(null);
		}

		public CompletionStage<String> nothing() {
			return later("ignored");
		}

		public CompletionStage<Integer> primitive() {
			return later(null);
		}

		public CompletionStage<Boolean> flag() {
			return later(null);
		}

	}

	public static class NullStageTarget {

		public CompletionStage<String> get() {
			return null;
		}

	}

	public static class OverloadedTarget {

		public CompletionStage<String> get(int key) {
			return later("int");
		}

		public CompletionStage<String> get(Integer key) {
			return later("Integer");
		}

		public CompletionStage<String> get(String key) {
			return later("String");
		}

		public CompletionStage<String> get(Object key) {
			return later("Object");
		}

		public String get(Object... keys) {
			return "plain " + Arrays.toString(keys);
		}

	}

	public static class InheritingUsers extends GenericAsyncRepository<User, Long> {

		InheritingUsers() {
			super(new SpecialUser());
		}

	}

	public static class JdkTarget implements Supplier<CompletionStage<String>> {

		@Override
		public CompletionStage<String> get() {
			return later("got");
		}

		public CompletionStage<String> call() {
			return later("called");
		}

		public CompletionStage<String> apply(Object argument) {
			return later("applied to " + argument);
		}

		public CompletionStage<String> apply(Object first, Object second) {
			return later("applied to both");
		}

		public CompletionStage<Void> run() {
			return later(null);
		}

	}

	public static class OwnCompletionException extends CompletionException {

		private static final long serialVersionUID = 1L;

		OwnCompletionException(Throwable cause) {
			super(cause);
		}

	}

	public static class SlowTarget {

		private final Work<String> work = new Work<>();

		public CompletableFuture<String> never(String argument) {
			return this.work;
		}

	}

	public static class Keyed<K> extends CompletableFuture<String> {

		final K key;

		Keyed(K key) {
			this.key = Objects.requireNonNull(key);
			complete("keyed");
		}

	}

	public static class KeyedTarget {

		public Keyed<Integer> get() {
			return new Keyed<>(1);
		}

	}

	public static class UncalledTarget {

		public CompletionStage<String> secret() {
			throw new IllegalStateException("called");
		}

	}

}
