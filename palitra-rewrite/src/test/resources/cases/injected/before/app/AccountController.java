package app;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

@RestController
public class AccountController {

    private final Client client;

    public AccountController(Client client) {
        this.client = client;
    }

    @GetMapping("/users/{id}")
    public Client.User user(@PathVariable int id) {
        return client.user(id).block();
    }

}
