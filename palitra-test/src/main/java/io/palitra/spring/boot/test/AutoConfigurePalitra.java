package io.palitra.spring.boot.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;

/**
 * Adds the application's runners, with its {@code palitra.*} properties, to a test that
 * configures a part of the application only, such as one with {@code @DataJpaTest}.
 * Context is propagated and reactive types are understood as in the application; health,
 * meters, observations and the endpoint are left out. A test of the whole application,
 * with {@code @SpringBootTest}, does not need it.
 * <p>
 * Needs {@code palitra-spring-boot-autoconfigure}, which the starter brings.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
public @interface AutoConfigurePalitra {

}
