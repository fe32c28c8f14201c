package managed;

import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;

@Service
public class Names {

  private final Mono<String> source;

  public Names(Mono<String> source) {
    this.source = source;
  }

  public String name() {
    return source.block();
  }

}
