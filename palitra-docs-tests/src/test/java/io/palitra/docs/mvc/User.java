package io.palitra.docs.mvc;

record User(long id, String name) {
}
