package app;

import java.time.Duration;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

@Component
class UserJob {
    private static final Duration LIMIT = Duration.ofSeconds(1);

    @Autowired
    private Client client;

    void run() {
        client.users().collectList().block(LIMIT);
    }
}
