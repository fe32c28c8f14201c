package core;

import io.palitra.EventLoopThreadRunner;
import reactor.core.publisher.Mono;

import static io.palitra.reactor.ReactorTasks.mono;

public class Names {

  public String name(EventLoopThreadRunner runner, Mono<String> source) {
    return runner.run(mono(source));
  }

}
