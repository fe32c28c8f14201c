package io.palitra.docs.interfaces;

record User(long id, String name) {
}
