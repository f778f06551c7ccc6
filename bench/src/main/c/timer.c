// SPDX-License-Identifier: Apache-2.0
// Runs a command again and again, and prints for each run what it took: microseconds of wall, microseconds of CPU.
// Between the two clock readings there are only posix_spawn, the command and wait4. Several commands take turns.
//
// usage: timer WARMUPS RUNS COMMAND [ARGUMENT...] [:: COMMAND [ARGUMENT...]]...
// `%d` in an argument becomes the number of the run

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static int64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t us(struct timeval time) {
    return (int64_t)time.tv_sec * 1000000 + time.tv_usec;
}

static void fail(const char *what, int error) {
    fprintf(stderr, "timer: %s: %s\n", what, strerror(error));
    exit(1);
}

// Returns a copy of `argument` with the first `%d` in it replaced.
static char *numbered(const char *argument, int number) {
    const char *mark = strstr(argument, "%d");
    int before = (int)(mark ? mark - argument : (ptrdiff_t)strlen(argument));
    char digits[16] = "";
    if (mark) {
        snprintf(digits, sizeof digits, "%d", number);
    }
    char *result;
    if (asprintf(&result, "%.*s%s%s", before, argument, digits, mark ? mark + 2 : "") < 0) {
        fail("asprintf", ENOMEM);
    }
    return result;
}

static void run_once(int number, char **arguments, int count, int shown) {
    char **command = calloc((size_t)count + 1, sizeof *command);
    for (int i = 0; i < count; i++) {
        command[i] = numbered(arguments[i], number);
    }
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, 2, "timer.err", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t child;
    int status;
    struct rusage used;
    int64_t start = now_us();
    int error = posix_spawnp(&child, command[0], &files, NULL, command, environ);
    if (error) {
        fail(command[0], error);
    }
    if (wait4(child, &status, 0, &used) < 0) {
        fail("wait4", errno);
    }
    int64_t wall = now_us() - start;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "timer: `%s` ended with status %d; it said in `timer.err` why\n", command[0], status);
        exit(1);
    }
    if (shown) {
        printf("%" PRId64 " %" PRId64 "\n", wall, us(used.ru_utime) + us(used.ru_stime));
    }
    posix_spawn_file_actions_destroy(&files);
    for (int i = 0; i < count; i++) {
        free(command[i]);
    }
    free(command);
}

static void run_each(int number, char **words, int count, int shown) {
    for (int begin = 0; begin < count;) {
        int end = begin;
        while (end < count && strcmp(words[end], "::") != 0) {
            end++;
        }
        run_once(number, words + begin, end - begin, shown);
        begin = end + 1;
    }
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fputs("usage: timer WARMUPS RUNS COMMAND [ARGUMENT...] [:: COMMAND [ARGUMENT...]]...\n", stderr);
        return 2;
    }
    int warmups = atoi(argv[1]);
    int runs = atoi(argv[2]);
    for (int i = 0; i < warmups + runs; i++) {
        run_each(i, argv + 3, argc - 3, i >= warmups);
    }
    return 0;
}
