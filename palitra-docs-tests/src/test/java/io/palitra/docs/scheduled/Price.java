package io.palitra.docs.scheduled;

record Price(String item, long cents) {
}
