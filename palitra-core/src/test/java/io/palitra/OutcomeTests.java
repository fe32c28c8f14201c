package io.palitra;

import java.io.IOException;
import java.util.concurrent.CompletionException;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

class OutcomeTests {

	@Test
	void successGivesItsValue() {
		Outcome<String> outcome = new Outcome.Success<>("value");
		assertThat(outcome.orElseThrow()).isEqualTo("value");
		assertThat(new Outcome.Success<>(null).orElseThrow()).isNull();
	}

	@Test
	void failureThrowsUncheckedExceptionsAndErrorsAsTheSameInstance() {
		IllegalStateException unchecked = new IllegalStateException("no");
		assertThatIllegalStateException().isThrownBy(new Outcome.Failure<>(unchecked)::orElseThrow).isSameAs(unchecked);
		AssertionError error = new AssertionError("no");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(new Outcome.Failure<>(error)::orElseThrow)
			.isSameAs(error);
	}

	@Test
	void failureWrapsACheckedException() {
		IOException checked = new IOException("no");
		assertThatExceptionOfType(CompletionException.class).isThrownBy(new Outcome.Failure<>(checked)::orElseThrow)
			.satisfies((ex) -> assertThat(ex.getCause()).isSameAs(checked));
	}

	@Test
	void failureHasAnException() {
		assertThatNullPointerException().isThrownBy(() -> new Outcome.Failure<>(null)).withMessage("exception");
	}

	@Test
	void canBeTakenApart() {
		Outcome<String> outcome = new Outcome.Failure<>(new IOException("no"));
		String text = (outcome instanceof Outcome.Failure<String> failure) ? failure.exception().getMessage() : "value";
		assertThat(text).isEqualTo("no");
	}

}
