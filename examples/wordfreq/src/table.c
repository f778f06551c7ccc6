// SPDX-License-Identifier: Apache-2.0
#include "table.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

// FNV-1a: short, and good enough for words.
static uint64_t hash(const char *word, size_t length) {
    uint64_t value = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++) {
        value = (value ^ (unsigned char)word[i]) * 0x100000001b3u;
    }
    return value;
}

// Returns the slot that has the word, or the free one where it belongs.
static struct entry *find(struct entry *slots, size_t capacity, const char *word, size_t length) {
    size_t i = (size_t)hash(word, length) & (capacity - 1);
    while (slots[i].word != NULL) {
        if (slots[i].length == length && memcmp(slots[i].word, word, length) == 0) {
            break;
        }
        i = (i + 1) & (capacity - 1);
    }
    return &slots[i];
}

// Keeps a quarter of the slots free, so that searches stay short.
static bool make_room(struct table *table) {
    if (table->used < table->capacity / 4 * 3) {
        return true;
    }
    size_t capacity = table->capacity == 0 ? FIRST_CAPACITY : 2 * table->capacity;
    struct entry *slots = calloc(capacity, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < table->capacity; i++) {
        struct entry *old = &table->slots[i];
        if (old->word != NULL) {
            *find(slots, capacity, old->word, old->length) = *old;
        }
    }
    free(table->slots);
    table->slots = slots;
    table->capacity = capacity;
    return true;
}

bool table_count(struct table *table, const char *word, size_t length) {
    if (!make_room(table)) {
        return false;
    }
    struct entry *entry = find(table->slots, table->capacity, word, length);
    if (entry->word == NULL) {
        char *copy = malloc(length + 1);
        if (copy == NULL) {
            return false;
        }
        memcpy(copy, word, length);
        copy[length] = '\0';
        *entry = (struct entry){copy, length, 0};
        table->used++;
    }
    entry->count++;
    return true;
}

size_t table_get(const struct table *table, const char *word, size_t length) {
    return table->capacity == 0 ? 0 : find(table->slots, table->capacity, word, length)->count;
}

static int compare(const void *left, const void *right) {
    const struct entry *a = left;
    const struct entry *b = right;
    if (a->count != b->count) {
        return a->count > b->count ? -1 : 1;
    }
    return strcmp(a->word, b->word);
}

void table_sort(struct table *table) {
    size_t next = 0;
    for (size_t i = 0; i < table->capacity; i++) {
        if (table->slots[i].word != NULL) {
            struct entry entry = table->slots[i];
            table->slots[i].word = NULL;
            table->slots[next++] = entry;
        }
    }
    if (next > 1) {
        qsort(table->slots, next, sizeof *table->slots, compare);
    }
}

void table_free(struct table *table) {
    for (size_t i = 0; i < table->capacity; i++) {
        free(table->slots[i].word);
    }
    free(table->slots);
    *table = (struct table)TABLE_EMPTY;
}
