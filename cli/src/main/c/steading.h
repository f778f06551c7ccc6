// SPDX-License-Identifier: Apache-2.0
// What the two halves of the launcher share: steading.c converses, process.c finds and starts the process.
#ifndef STEADING_H
#define STEADING_H

#include <stddef.h>
#include <stdint.h>

enum { EXIT_USAGE = 2, EXIT_TRY_AGAIN = 4, EXIT_NOT_ALLOWED = 6 };

// What `steading.launch` beside the launcher says: lines of version, build id, java, and its arguments.
// `{dist}` stands for the launcher's directory and `{home}` for $STEADING_HOME.
struct launch {
    const char *version;
    const char *build_id;
    char *command[256]; // java and its arguments, then NULL
};

// Reads `steading.launch`, or ends the program with a message.
void read_launch(struct launch *launch);

// Finds $STEADING_HOME as an absolute path, or ends the program with a message.
void find_home(void);

// Returns whether an argument names what a machine is for the farm: `server` or `worker`. These run in the foreground,
// in a process of their own, so that whoever started them sees and ends them.
int is_role(const char *argument);

// Becomes the process of a role: the same program as the background process, given all arguments.
_Noreturn void become_role(const struct launch *launch, int count, char *const arguments[]);

// Returns a connection to the background process, which is started unless it runs; -1 if it does not run and
// `start` is false. Ends the program with a message if it cannot be had.
int connect_process(const struct launch *launch, int start);

// Prints "steading: MESSAGE" and exits.
_Noreturn void fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

int64_t now_ms(void);
void pause_ms(int ms);

#endif
