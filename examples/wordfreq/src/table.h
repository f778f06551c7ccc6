// SPDX-License-Identifier: Apache-2.0
// Counts strings. A table grows as needed and keeps its own copies of the strings.
#ifndef WORDFREQ_TABLE_H
#define WORDFREQ_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct entry {
    char *word; // NULL where the slot is free
    size_t length;
    size_t count;
};

struct table {
    struct entry *slots;
    size_t capacity; // a power of two, or 0 before the first word
    size_t used;
};

// An empty table: `struct table t = TABLE_EMPTY;`
#define TABLE_EMPTY {NULL, 0, 0}

// Counts a word once more. Returns false, and changes nothing, if memory runs out.
bool table_count(struct table *table, const char *word, size_t length);

// Returns how often a word was counted.
size_t table_get(const struct table *table, const char *word, size_t length);

// Moves all entries to the front and sorts them: most frequent first, equals by their bytes.
// From then on the table can only be read from `slots[0]` to `slots[used - 1]`, and freed.
void table_sort(struct table *table);

// Frees everything; the table is empty again.
void table_free(struct table *table);

#endif
