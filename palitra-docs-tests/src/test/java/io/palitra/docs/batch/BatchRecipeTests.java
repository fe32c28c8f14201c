package io.palitra.docs.batch;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.support.ResourcelessJobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.support.ListItemReader;

import io.palitra.EventLoopThreadRunner;
import io.palitra.docs.batch.DeliveryWriter.Delivery;
import io.palitra.test.RunnerExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The recipe for Spring Batch, as a step of a job.
 */
@ExtendWith(RunnerExtension.class)
class BatchRecipeTests {

	private final Queue<String> delivered = new ConcurrentLinkedQueue<>();

	@Test
	void eachChunkIsDeliveredBeforeTheNext(EventLoopThreadRunner runner) throws Exception {
		JobExecution execution = execute(runner,
				(order) -> CompletableFuture.runAsync(() -> this.delivered.add(order)));
		assertThat(execution.getStatus()).isEqualTo(BatchStatus.COMPLETED);
		assertThat(this.delivered).containsExactlyInAnyOrder("tea", "milk", "bread");
		assertThat(List.copyOf(this.delivered).get(2)).isEqualTo("bread");
	}

	@Test
	void failureFailsTheStep(EventLoopThreadRunner runner) throws Exception {
		IllegalStateException failure = new IllegalStateException("out of milk");
		JobExecution execution = execute(runner, (order) -> order.equals("milk")
				? CompletableFuture.failedFuture(failure) : CompletableFuture.completedFuture(null));
		assertThat(execution.getStatus()).isEqualTo(BatchStatus.FAILED);
		assertThat(execution.getAllFailureExceptions())
			.anySatisfy((thrown) -> assertThat(thrown).hasRootCause(failure));
	}

	private static JobExecution execute(EventLoopThreadRunner runner, Delivery delivery) throws Exception {
		JobRepository repository = new ResourcelessJobRepository();
		Step step = new StepBuilder("deliver", repository).<String, String>chunk(2)
			.reader(new ListItemReader<>(List.of("tea", "milk", "bread")))
			.writer(new DeliveryWriter(runner, delivery))
			.build();
		Job job = new JobBuilder("orders", repository).start(step).build();
		JobParameters parameters = new JobParameters();
		JobExecution execution = repository.createJobExecution(repository.createJobInstance("orders", parameters),
				parameters, new ExecutionContext());
		job.execute(execution);
		return execution;
	}

}
