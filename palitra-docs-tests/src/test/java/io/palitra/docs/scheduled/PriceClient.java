package io.palitra.docs.scheduled;

import java.util.List;
import java.util.concurrent.CompletableFuture;

interface PriceClient {

	CompletableFuture<List<Price>> loadAsync();

}
