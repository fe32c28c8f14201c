package com.example.comments.comment;

/**
 * A comment, as the upstream sends it and as this application serves it.
 *
 * @param id the comment's number
 * @param author who wrote it
 * @param text what it says
 */
public record Comment(int id, String author, String text) {
}
