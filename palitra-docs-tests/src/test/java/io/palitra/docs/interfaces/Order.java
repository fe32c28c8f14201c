package io.palitra.docs.interfaces;

record Order(long number) {
}
