package web;

import io.palitra.EventLoopThreadRunner;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;

import static io.palitra.reactor.ReactorTasks.mono;

@Service
public class Names {

  private final EventLoopThreadRunner runner;

  private final Mono<String> source;

  public Names(Mono<String> source, EventLoopThreadRunner runner) {
    this.runner = runner;
    this.source = source;
  }

  public String name() {
    return this.runner.run(mono(source));
  }

}
