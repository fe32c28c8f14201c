package core;

import io.palitra.EventLoopThreadRunner;
import reactor.core.publisher.Mono;

public class Names {

  public String name(EventLoopThreadRunner runner, Mono<String> source) {
    return source.block();
  }

}
