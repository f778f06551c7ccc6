// SPDX-License-Identifier: Apache-2.0
// wordfreq: prints how often each word of a text occurs.
#include "table.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef VERSION
#define VERSION "unknown"
#endif

enum { MAX_WORD = 256, EXIT_USAGE = 2 };

struct options {
    size_t limit; // 0 for all words
    bool fold;    // count "The" as "the"
};

static const char usage[] =
    "NAME\n"
    "    wordfreq - print how often each word of a text occurs\n"
    "\n"
    "SYNOPSIS\n"
    "    wordfreq [-i] [-n COUNT] [FILE...]\n"
    "\n"
    "DESCRIPTION\n"
    "    Reads the files, or standard input if there are none or one is called `-`,\n"
    "    and prints each word after the number of its occurrences: the most frequent\n"
    "    word first, words of equal frequency in the order of their bytes.\n"
    "\n"
    "    A word is made of letters, digits, apostrophes and all bytes that are not\n"
    "    ASCII. Only the first 256 bytes of a word count.\n"
    "\n"
    "OPTIONS\n"
    "    -i          take A to Z for a to z\n"
    "    -n COUNT    print this many words at the most\n"
    "    --help      print this text\n"
    "    --version   print the version\n"
    "\n"
    "EXIT STATUS\n"
    "    0 if all went well, 1 if something could not be read or written, 2 if the\n"
    "    command line makes no sense.\n";

static bool is_word(int c) {
    return isalnum(c) || c == '\'' || c >= 0x80;
}

// Counts the words of one file. Returns false, with errno set, if it cannot be read to its end.
static bool count_words(FILE *file, struct table *table, const struct options *options) {
    char word[MAX_WORD];
    size_t length = 0;
    int c;
    do {
        c = getc(file);
        if (c != EOF && is_word(c)) {
            if (length < sizeof word) {
                word[length++] = (char)(options->fold ? tolower(c) : c);
            }
        } else if (length > 0) {
            if (!table_count(table, word, length)) {
                return false;
            }
            length = 0;
        }
    } while (c != EOF);
    return !ferror(file);
}

static bool count_file(const char *name, struct table *table, const struct options *options) {
    bool is_stdin = strcmp(name, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(name, "r");
    bool counted = file != NULL && count_words(file, table, options);
    if (!counted) {
        fprintf(stderr, "wordfreq: %s: %s\n", name, strerror(errno));
    }
    if (file != NULL && !is_stdin) {
        fclose(file);
    }
    return counted;
}

static bool print_words(struct table *table, const struct options *options) {
    table_sort(table);
    size_t limit = options->limit == 0 || options->limit > table->used ? table->used : options->limit;
    for (size_t i = 0; i < limit; i++) {
        printf("%7zu %s\n", table->slots[i].count, table->slots[i].word);
    }
    if (fflush(stdout) != 0) {
        perror("wordfreq: standard output");
        return false;
    }
    return true;
}

static int usage_error(const char *what, const char *argument) {
    fprintf(stderr, "wordfreq: %s `%s`; see wordfreq --help\n", what, argument);
    return EXIT_USAGE;
}

static bool parse_count(const char *text, size_t *count) {
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    *count = value;
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0 && value > 0;
}

int main(int argc, char **argv) {
    struct options options = {0, false};
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        const char *option = argv[i];
        if (strcmp(option, "--help") == 0) {
            fputs(usage, stdout);
            return EXIT_SUCCESS;
        } else if (strcmp(option, "--version") == 0) {
            puts("wordfreq " VERSION);
            return EXIT_SUCCESS;
        } else if (strcmp(option, "--") == 0) {
            i++;
            break;
        } else if (strcmp(option, "-i") == 0) {
            options.fold = true;
        } else if (strcmp(option, "-n") != 0) {
            return usage_error("unknown option", option);
        } else if (i + 1 == argc) {
            return usage_error("no number after", option);
        } else if (!parse_count(argv[++i], &options.limit)) {
            return usage_error("not a number above 0:", argv[i]);
        }
    }

    struct table table = TABLE_EMPTY;
    bool ok = i < argc || count_file("-", &table, &options);
    for (; i < argc; i++) {
        ok = count_file(argv[i], &table, &options) && ok;
    }
    ok = print_words(&table, &options) && ok;
    table_free(&table);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
