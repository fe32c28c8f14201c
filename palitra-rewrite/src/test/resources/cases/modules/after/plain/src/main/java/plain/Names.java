package plain;

import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;

@Service
public class Names {

  public String name(Mono<String> source) {
    // palitra: the class has no EventLoopThreadRunner, and Names.java makes or extends it, so its constructor has to stay
    return source.block();
  }

  static Names names() {
    return new Names();
  }

}
