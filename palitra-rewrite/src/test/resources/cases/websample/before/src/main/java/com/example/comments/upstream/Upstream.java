package com.example.comments.upstream;

import java.net.URI;

/**
 * Where the upstream is.
 *
 * @param url the address that the paths of its resources are appended to
 */
public record Upstream(URI url) {
}
