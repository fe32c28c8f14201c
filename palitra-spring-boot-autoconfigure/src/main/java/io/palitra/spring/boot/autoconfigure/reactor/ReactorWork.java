package io.palitra.spring.boot.autoconfigure.reactor;

/**
 * What a thread can work for: a call whose context the carrier has restored, or an
 * operator that has been given the MDC of its call.
 */
sealed interface ReactorWork permits ReactorContextCarrier, Mdc {

}
