package io.palitra.docs.guava;

import java.util.concurrent.CompletableFuture;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;

// tag::stages[]
final class GuavaStages {

	private GuavaStages() {
	}

	static <T> CompletableFuture<T> stage(ListenableFuture<T> future) {
		CompletableFuture<T> stage = new CompletableFuture<>();
		Futures.addCallback(future, new FutureCallback<T>() {

			@Override
			public void onSuccess(T value) {
				stage.complete(value);
			}

			@Override
			public void onFailure(Throwable failure) {
				stage.completeExceptionally(failure);
			}

		}, MoreExecutors.directExecutor());
		stage.whenComplete((value, failure) -> {
			if (stage.isCancelled()) {
				future.cancel(true);
			}
		});
		return stage;
	}

}
// end::stages[]
