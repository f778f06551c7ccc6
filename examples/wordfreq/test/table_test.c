// SPDX-License-Identifier: Apache-2.0
// Tests of the table by itself.
#include "../src/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

#define CHECK(condition)                                                             \
    do {                                                                             \
        if (!(condition)) {                                                          \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
            failures++;                                                              \
        }                                                                            \
    } while (0)

static void count(struct table *table, const char *word) {
    CHECK(table_count(table, word, strlen(word)));
}

static size_t get(const struct table *table, const char *word) {
    return table_get(table, word, strlen(word));
}

static void empty_table_has_no_words(void) {
    struct table table = TABLE_EMPTY;
    CHECK(get(&table, "word") == 0);
    table_sort(&table);
    CHECK(table.used == 0);
    table_free(&table);
}

static void words_are_counted(void) {
    struct table table = TABLE_EMPTY;
    count(&table, "one");
    count(&table, "two");
    count(&table, "two");
    CHECK(get(&table, "one") == 1);
    CHECK(get(&table, "two") == 2);
    CHECK(get(&table, "on") == 0);
    CHECK(table.used == 2);
    table_free(&table);
}

static void table_grows(void) {
    enum { WORDS = 10000 };
    struct table table = TABLE_EMPTY;
    char word[16];
    for (int i = 0; i < 2 * WORDS; i++) {
        snprintf(word, sizeof word, "w%d", i % WORDS);
        count(&table, word);
    }
    CHECK(table.used == WORDS);
    for (int i = 0; i < WORDS; i++) {
        snprintf(word, sizeof word, "w%d", i);
        CHECK(get(&table, word) == 2);
    }
    table_free(&table);
}

static void frequent_words_come_first_then_by_their_bytes(void) {
    struct table table = TABLE_EMPTY;
    const char *words[] = {"b", "c", "a", "c", "Z"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        count(&table, words[i]);
    }
    table_sort(&table);
    const char *sorted[] = {"c", "Z", "a", "b"};
    CHECK(table.used == 4);
    for (size_t i = 0; i < table.used; i++) {
        CHECK(strcmp(table.slots[i].word, sorted[i]) == 0);
    }
    table_free(&table);
}

int main(void) {
    empty_table_has_no_words();
    words_are_counted();
    table_grows();
    frequent_words_come_first_then_by_their_bytes();
    if (failures == 0) {
        puts("table: all tests passed");
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
