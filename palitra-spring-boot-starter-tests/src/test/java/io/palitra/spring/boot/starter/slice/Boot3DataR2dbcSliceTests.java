package io.palitra.spring.boot.starter.slice;

import org.springframework.boot.test.autoconfigure.data.r2dbc.DataR2dbcTest;
import org.springframework.context.annotation.Import;

@DataR2dbcTest
@Import(GreetingRepository.class)
class Boot3DataR2dbcSliceTests extends AbstractDataR2dbcSliceTests {

}
