module consumer {

	requires io.palitra;

}
