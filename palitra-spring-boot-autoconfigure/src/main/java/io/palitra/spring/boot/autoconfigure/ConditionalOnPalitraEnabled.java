package io.palitra.spring.boot.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

/**
 * Matches unless {@code palitra.enabled} is {@code false}. The property is read like any
 * other that is a boolean: {@code off}, {@code no} and {@code 0} mean the same,
 * {@code on}, {@code yes} and {@code 1} the opposite, and anything else stops the start
 * of the application instead of switching palitra off unnoticed.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Conditional(OnPalitraEnabledCondition.class)
public @interface ConditionalOnPalitraEnabled {

}
