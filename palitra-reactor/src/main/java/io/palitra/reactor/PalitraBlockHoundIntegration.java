package io.palitra.reactor;

import java.util.List;
import java.util.Map;

import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Tells BlockHound where a runner itself parks or takes a lock, so that it finds what
 * tasks do only: on threads of Reactor that complete what a runner waits for, and on the
 * threads of loops where these are named to BlockHound as threads that must not block.
 * BlockHound finds this by itself.
 */
public final class PalitraBlockHoundIntegration implements BlockHoundIntegration {

	static final Map<String, List<String>> OWN = Map.of(//
			"io.palitra.internal.call.OwnedCall", List.of("block"), //
			"io.palitra.internal.call.Permits", List.of("admit", "forget", "release"), //
			"io.palitra.internal.call.SubmittedCall", List.of("dropDeadline"), //
			"io.palitra.internal.loop.Clock", List.of("after", "elsewhere", "interrupt"), //
			"io.palitra.internal.loop.Loop", List.of("park"));

	/**
	 * Creates the integration; for BlockHound.
	 */
	public PalitraBlockHoundIntegration() {
	}

	@Override
	public void applyTo(BlockHound.Builder builder) {
		OWN.forEach((type, methods) -> methods.forEach((method) -> builder.allowBlockingCallsInside(type, method)));
	}

}
