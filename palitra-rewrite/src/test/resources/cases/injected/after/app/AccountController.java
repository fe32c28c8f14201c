package app;

import io.palitra.EventLoopThreadRunner;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

import static io.palitra.reactor.ReactorTasks.mono;

@RestController
public class AccountController {

    private final EventLoopThreadRunner runner;

    private final Client client;

    public AccountController(Client client, EventLoopThreadRunner runner) {
        this.runner = runner;
        this.client = client;
    }

    @GetMapping("/users/{id}")
    public Client.User user(@PathVariable int id) {
        return this.runner.run(mono(client.user(id)));
    }

}
