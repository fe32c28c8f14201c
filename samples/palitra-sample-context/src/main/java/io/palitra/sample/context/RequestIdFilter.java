package io.palitra.sample.context;

import java.io.IOException;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Puts the id that the client has given to its request into the log.
 */
@Component
class RequestIdFilter extends OncePerRequestFilter {

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		String id = request.getHeader("X-Request-Id");
		if (id == null) {
			chain.doFilter(request, response);
			return;
		}
		try (MDC.MDCCloseable closeable = MDC.putCloseable("request", id)) {
			chain.doFilter(request, response);
		}
	}

}
