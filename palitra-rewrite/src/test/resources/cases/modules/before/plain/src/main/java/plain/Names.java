package plain;

import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;

@Service
public class Names {

  public String name(Mono<String> source) {
    return source.block();
  }

  static Names names() {
    return new Names();
  }

}
