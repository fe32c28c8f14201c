package com.example.comments.archive;

/**
 * A row of the archive.
 *
 * @param id the comment's number
 * @param author who wrote it
 * @param text what it says
 * @param savedBy the thread that has saved it, which is that of the transaction
 */
record ArchivedComment(int id, String author, String text, String savedBy) {
}
