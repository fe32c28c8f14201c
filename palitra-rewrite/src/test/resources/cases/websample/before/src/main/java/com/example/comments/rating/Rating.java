package com.example.comments.rating;

/**
 * A partner's opinion on a comment.
 *
 * @param id the comment's number
 * @param stars one to five
 */
public record Rating(int id, int stars) {
}
