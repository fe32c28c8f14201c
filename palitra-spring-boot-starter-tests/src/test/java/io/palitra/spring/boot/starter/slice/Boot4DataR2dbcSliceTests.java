package io.palitra.spring.boot.starter.slice;

import org.springframework.boot.data.r2dbc.test.autoconfigure.DataR2dbcTest;
import org.springframework.context.annotation.Import;

@DataR2dbcTest
@Import(GreetingRepository.class)
class Boot4DataR2dbcSliceTests extends AbstractDataR2dbcSliceTests {

}
