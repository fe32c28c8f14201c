package app;

import java.time.Duration;

import io.palitra.EventLoopThreadRunner;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

import static io.palitra.reactor.ReactorTasks.mono;

@Component
class UserJob {
    private static final Duration LIMIT = Duration.ofSeconds(1);

    private final EventLoopThreadRunner runner;

    @Autowired
    private Client client;

    UserJob(EventLoopThreadRunner runner) {
        this.runner = runner;
    }

    void run() {
        this.runner.run(mono(client.users().collectList()), LIMIT);
    }
}
