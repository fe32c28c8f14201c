package app;

class Base {

	Base(String name) {
	}

	Base() {
	}

}
