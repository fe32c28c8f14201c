package io.palitra.docs.interfaces;

import java.util.List;

record UserPage(User user, List<Order> orders) {
}
