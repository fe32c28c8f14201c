package io.palitra.spring.boot.starter.slice;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The application of which the tests take slices.
 */
@SpringBootApplication
class SliceApplication {

}
