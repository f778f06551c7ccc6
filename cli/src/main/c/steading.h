// SPDX-License-Identifier: Apache-2.0
// What the parts of the launcher share: steading.c converses, cc.c compiles, enter.c changes the root, process.c finds
// and starts the process, wire.c connects and sends.
#ifndef STEADING_H
#define STEADING_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

struct winsize;

enum { EXIT_USAGE = 2, EXIT_TRY_AGAIN = 4, EXIT_NOT_ALLOWED = 6 };

enum frame_type {
    HELLO = 1, STDIN, STDIN_EOF, RESIZE, SIGNAL, HOLDS,
    WELCOME = 16, STDOUT, STDERR, READ, RESUME, EXIT, STOPPING, LOCAL, WORKING, WRITING
};

enum { HEADER = 5, MAX_FRAME = 1 << 20, BUFFER = 64 * 1024 };

// --- steading.c ---

// Prints "steading: MESSAGE" and exits; but where something else shall be done, does that and prints nothing.
_Noreturn void fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

extern void (*instead_of_failing)(void); // does not return

// Opens those of our three streams that are closed, lest another file takes their place.
void open_standard_streams(void);

// --- cc.c ---

// Compiles and exits, if the arguments of `main` ask for a compile; else returns.
void compile(int count, char *arguments[]);

// --- enter.c ---

// Becomes a program in another root, if the name by which we are called asks for that; else returns.
void enter(int count, char *arguments[]);

// --- process.c ---

// What `steading.launch` beside the launcher says: lines of version, build id, java, and its arguments.
// `{dist}` stands for the launcher's directory, `{home}` for $STEADING_HOME, and `{role}` for what the process will be:
// `server`, `worker`, or the background process of a user who is `alone` or a farm's `member`.
struct launch {
    const char *version;
    const char *build_id;
    char *command[256]; // java and its arguments, then NULL
};

// Reads `steading.launch`, or fails.
void read_launch(struct launch *launch);

// Finds $STEADING_HOME as an absolute path, or fails.
void find_home(void);

extern char home[PATH_MAX]; // since `find_home`

// Formats a path, or fails if it is too long.
void path_into(char path[PATH_MAX], const char *directory, const char *name);

// Returns whether an argument names what a machine is for the farm: `server` or `worker`. These run in the foreground,
// in a process of their own, so that whoever started them sees and ends them.
int is_role(const char *argument);

// Becomes the process of a role: the same program as the background process, given all arguments.
_Noreturn void become_role(const struct launch *launch, int count, char *const arguments[]);

// Returns whether somebody holds the lock on a file of home. On `run/lock` that is a process: it serves, or will soon,
// or is about to end. On `run/starting.lock` it is whoever starts one.
int is_locked(const char *name);

// Leaves session, directory, signals and descriptors of whoever started us behind, and writes to `console` instead.
void leave_everything(int console);

// Whether a process is started where none runs, and what if another launcher is about to start one.
enum start { START_NEVER, START_AND_WAIT, START_ALONE };

// Returns a connection to the background process; -1 if it does not run and shall never be started, or shall be started
// by us alone and another launcher does so. Fails if it cannot be had.
int connect_process(const struct launch *launch, enum start start);

int64_t now_ms(void);
void pause_ms(int ms);

// --- wire.c ---

// Returns a connection, or -1 with errno. Neither this nor any sending waits longer than the limit, unless it is 0.
int try_connect(int limit_ms);

// Fails unless the process at the other end is ours: so our arguments go to nobody else.
void check_owner(int fd);

// From now on everything is sent there.
void send_to(int fd);

void put_bytes(const void *bytes, size_t size);
void put_u8(unsigned value);
void put_u32(uint32_t value);
void put_header(enum frame_type type, size_t size);

// Sends what was put. Waits until the socket takes everything: the process always reads, so this is short.
void send_all(void);

// Sends the HELLO with everything that there is to know about our caller.
//
// `encoded` stands for the arguments if `encoded_size` is not 0: they are as the process itself encoded them.
void put_hello(const char *build_id, char *const arguments[], const void *encoded, uint32_t encoded_size);

// Returns whether any of our streams is a terminal, with its size.
int window(struct winsize *size);

uint32_t u32_at(const unsigned char *bytes);

#endif
