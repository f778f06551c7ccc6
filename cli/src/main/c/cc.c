// SPDX-License-Identifier: Apache-2.0
// `steading cc COMPILER ARGUMENT…`, and the launcher in the place of a compiler: the farm compiles, or we become the
// compiler.
//
// A compile must not fail, wait or look different for our sake: whatever goes wrong here, the compiler itself runs.
// Hence output is kept until the exit code is there, and signals are left alone: they end us, and the process hears it.
#define _GNU_SOURCE
#include "steading.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef WELCOME_LIMIT_MS
#define WELCOME_LIMIT_MS 1000
#endif
#ifndef SILENCE_LIMIT_MS
#define SILENCE_LIMIT_MS 5000
#endif

enum { MAX_OUTPUT = 16 << 20, EXIT_NOT_EXECUTABLE = 126, EXIT_NO_COMPILER = 127, LINGER_MS = 2000 };
enum { KEEP_SOCKET = 1, FARM_FAILED = 2 }; // flags of LOCAL

static char **command;       // the compiler as it was named, and its arguments
static char found[PATH_MAX]; // the compiler
static int in_our_place;     // whether a search for the compiler finds us first
static int strict;           // whether to fail where the farm does
static int sock;
static int welcome; // whether the process compiles
static int held;    // whether it writes what the compiler would: from then on, nothing but its end makes us that
static unsigned char in_buffer[MAX_OUTPUT];
static size_t in_kept; // frames of output, whole
static size_t in_come;

// --- The compiler ---

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

// Returns whether a file is a launcher: this one, or another one or the script of that name through symbolic links.
static int is_launcher(int fd, const struct stat *file) {
    struct stat own;
    if (stat("/proc/self/exe", &own) == 0 && own.st_dev == file->st_dev && own.st_ino == file->st_ino) {
        return 1;
    }
    char link[32];
    static char target[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, target, sizeof target - 1);
    target[length > 0 ? length : 0] = '\0';
    return strcmp(base_name(target), "steading") == 0;
}

// What is at a path.
enum program { NOTHING, NO_PROGRAM, LAUNCHER, PROGRAM };

static enum program program_at(const char *path) {
    struct stat file;
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0) {
        return NOTHING;
    }
    enum program is = fstat(fd, &file) != 0 || !S_ISREG(file.st_mode) ? NOTHING
                      : access(path, X_OK) != 0                       ? NO_PROGRAM
                      : is_launcher(fd, &file)                        ? LAUNCHER
                                                                      : PROGRAM;
    close(fd);
    return is;
}

// Sets `found`, or ends the program as a shell would for a command that it cannot find.
static void find_on_path(const char *name) {
    const char *path = getenv("PATH");
    int denied = 0;
    for (const char *next = path ? path : "/bin:/usr/bin";; next++) {
        int length = (int)strcspn(next, ":");
        int needed = snprintf(found, sizeof found, "%.*s/%s", length ? length : 1, length ? next : ".", name);
        enum program is = needed < (int)sizeof found ? program_at(found) : NOTHING;
        if (is == PROGRAM) {
            return;
        }
        in_our_place |= is == LAUNCHER;
        denied |= is == NO_PROGRAM;
        next += length;
        if (*next == '\0') {
            break;
        }
    }
    fail(denied ? EXIT_NOT_EXECUTABLE : EXIT_NO_COMPILER, "%s: %s", name, denied ? "permission denied" : "not found");
}

static void find_compiler(void) {
    const char *name = command[0];
    if (strchr(name, '/') == NULL) {
        find_on_path(name);
    } else if (program_at(name) == LAUNCHER) {
        in_our_place = 1;
        find_on_path(base_name(name));
    } else if (strlen(name) < sizeof found) {
        strcpy(found, name);
    } else {
        fail(EXIT_NO_COMPILER, "%s: file name too long", name);
    }
}

static _Noreturn void become_compiler(void) {
    instead_of_failing = NULL;
    unsetenv("STEADING_COMPILER");
    if (in_our_place) {
        command[0] = found; // a compiler that looks for its own files by its name must not find ours
    }
    execvp(found, command); // as it has a slash, nothing is searched
    int why = errno;
    fail(why == ENOENT ? EXIT_NO_COMPILER : EXIT_NOT_EXECUTABLE, "%s: %s", found, strerror(why));
}

// --- What the farm may compile ---

// Returns whether Java can read a string: UTF-8, and that of Unicode only.
static int is_text(const char *string) {
    for (const unsigned char *next = (const unsigned char *)string; *next != '\0';) {
        unsigned first = *next++;
        if (first < 0x80) {
            continue;
        }
        if (first < 0xC2 || first > 0xF4) {
            return 0;
        }
        unsigned least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80; // below: longer than need be
        unsigned most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;  // above: surrogates, no Unicode
        for (int more = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3; more > 0; more--, next++) {
            if (*next < least || *next > most) {
                return 0;
            }
            least = 0x80;
            most = 0xBF;
        }
    }
    return 1;
}

static int is_compile(const char *argument) {
    return strcmp(argument, "-c") == 0 || strcmp(argument, "-S") == 0 || strcmp(argument, "/c") == 0 ||
           (argument[0] == '@' && argument[1] != '\0'); // more arguments, in a file
}

static int may_be_sent(void) {
    int compile = 0;
    for (char **argument = command + 1; *argument != NULL; argument++) {
        compile |= is_compile(*argument);
    }
    if (!compile) {
        return 0;
    }
    for (char **argument = command; *argument != NULL; argument++) {
        if (!is_text(*argument)) {
            return 0;
        }
    }
    return 1;
}

// Tells the process which compiler we found: it has neither our PATH nor our way of looking.
static void announce_compiler(void) {
    static char absolute[2 * PATH_MAX];
    char cwd[PATH_MAX];
    if (getcwd(cwd, sizeof cwd) == NULL || !is_text(cwd)) {
        become_compiler();
    }
    snprintf(absolute, sizeof absolute, "%s%s%s", *found == '/' ? "" : cwd, *found == '/' ? "" : "/", found);
    if (setenv("STEADING_COMPILER", absolute, 1) != 0) {
        become_compiler();
    }
}

// --- Starting the process ---

// Ends whoever could not start the process, but not at once: until then, nobody else tries.
static void linger(void) {
    pause_ms(LINGER_MS);
    _exit(EXIT_TRY_AGAIN);
}

static _Noreturn void start_alone(void) {
    instead_of_failing = linger;
    leave_everything(open("/dev/null", O_RDWR));
    static struct launch launch;
    read_launch(&launch);
    connect_process(&launch, START_ALONE);
    _exit(0);
}

// Has the process started by a child of nobody's: the compiler that we become shall find no child that it knows not.
static void start_in_background(void) {
    if (is_locked("run/starting.lock")) {
        return;
    }
    pid_t child = fork();
    if (child == 0) {
        if (fork() == 0) {
            start_alone();
        }
        _exit(0);
    }
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
}

// --- The conversation ---

// Writes everything, or what can be: a compiler does not mind either who reads its messages.
static int write_all(int fd, const unsigned char *bytes, size_t size) {
    while (size > 0) {
        ssize_t written = write(fd, bytes, size);
        if (written >= 0) {
            bytes += written;
            size -= (size_t)written;
        } else if (errno == EAGAIN) {
            poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
        } else if (errno != EINTR) {
            return -1;
        }
    }
    return 0;
}

static _Noreturn void end_compile(int code) {
    instead_of_failing = NULL;
    for (size_t at = 0; at < in_kept;) {
        int fd = in_buffer[at] == STDOUT ? STDOUT_FILENO : STDERR_FILENO;
        size_t size = u32_at(in_buffer + at + 1);
        if (write_all(fd, in_buffer + at + HEADER, size) != 0 && fd == STDOUT_FILENO) {
            fail(EXIT_TRY_AGAIN, "Cannot write to standard output: %s", strerror(errno));
        }
        at += HEADER + size;
    }
    _exit(code);
}

static _Noreturn void compile_here(const unsigned char *payload, size_t size) {
    size_t given = size >= 5 ? u32_at(payload + 1) : 0;
    if (payload[0] & KEEP_SOCKET) {
        fcntl(sock, F_SETFD, 0); // the process sees by its end that the compiler has ended
    }
    if (payload[0] & FARM_FAILED) {
        fail(EXIT_TRY_AGAIN, "The farm did not compile this: %.*s", (int)(given <= size - 5 ? given : 0), payload + 5);
    }
    become_compiler();
}

// Acts on the next frame. Output is kept, anything else forgotten.
static void take_frame(size_t size) {
    unsigned char *frame = in_buffer + in_kept;
    switch (frame[0]) {
        case STDOUT:
        case STDERR:
            in_kept += HEADER + size;
            return;
        case WELCOME:
            welcome = 1;
            break;
        case WRITING:
            held = 1;
            put_header(HOLDS, 0);
            send_all();
            break;
        case WORKING:
            break;
        case EXIT:
            if (!welcome || size == 0) {
                fail(EXIT_TRY_AGAIN, "The background process takes no more commands");
            }
            end_compile(frame[HEADER]);
        case LOCAL:
            if (size > 0) {
                compile_here(frame + HEADER, size);
            }
            // fall through
        default:
            fail(EXIT_TRY_AGAIN, "The background process ended, or does not compile");
    }
    in_come -= HEADER + size;
    memmove(frame, frame + HEADER + size, in_come - in_kept);
}

static void take_frames(void) {
    while (in_come - in_kept >= HEADER) {
        size_t size = u32_at(in_buffer + in_kept + 1);
        if (size > MAX_FRAME || in_kept + HEADER + size > sizeof in_buffer) {
            fail(EXIT_TRY_AGAIN, "The background process sent too much");
        }
        if (in_come - in_kept < HEADER + size) {
            return;
        }
        take_frame(size);
    }
}

static _Noreturn void converse(void) {
    for (int64_t deadline = now_ms() + WELCOME_LIMIT_MS;;) {
        int64_t left = deadline - now_ms();
        struct pollfd polled = {.fd = sock, .events = POLLIN};
        int ready = poll(&polled, 1, held ? -1 : left > 0 ? (int)left : 0);
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        ssize_t count = ready > 0 ? recv(sock, in_buffer + in_come, sizeof in_buffer - in_come, MSG_DONTWAIT) : 0;
        if (ready == 0) {
            fail(EXIT_TRY_AGAIN, "The background process does not answer");
        }
        if (count <= 0) {
            fail(EXIT_TRY_AGAIN, "The background process ended before the compile did");
        }
        in_come += (size_t)count;
        take_frames();
        if (welcome) {
            deadline = now_ms() + SILENCE_LIMIT_MS;
        }
    }
}

// --- The command line ---

// Sets `command`. Returns what to send, or NULL if no compile is asked for.
static char **read_arguments(int count, char *arguments[]) {
    if (count == 0) {
        return NULL;
    }
    if (strcmp(base_name(arguments[0]), "steading") == 0) {
        if (count < 3 || strcmp(arguments[1], "cc") != 0 || arguments[2][0] == '-') {
            return NULL;
        }
        command = arguments + 2;
        return arguments + 1;
    }
    char **sent = calloc((size_t)count + 2, sizeof *sent);
    if (sent == NULL) {
        fail(EXIT_TRY_AGAIN, "Out of memory");
    }
    sent[0] = "cc";
    arguments[0] = (char *)base_name(arguments[0]);
    memcpy(sent + 1, arguments, (size_t)count * sizeof *sent);
    command = arguments;
    in_our_place = 1;
    return sent;
}

// Returns whether the farm may be asked at all.
static int read_mode(void) {
    const char *mode = getenv("STEADING_CC");
    if (mode == NULL || *mode == '\0' || strcmp(mode, "refresh") == 0 || strcmp(mode, "farm") == 0) {
        return 1;
    }
    strict = strcmp(mode, "strict") == 0;
    if (!strict && strcmp(mode, "local") != 0) {
        fail(EXIT_USAGE, "`STEADING_CC` is `%s`: `local`, `farm`, `refresh` and `strict` are allowed", mode);
    }
    return strict;
}

void compile(int count, char *arguments[]) {
    char **sent = read_arguments(count, arguments);
    if (sent == NULL) {
        return;
    }
    int ask = read_mode();
    find_compiler();
    if (!ask || !may_be_sent()) {
        become_compiler();
    }
    open_standard_streams();
    announce_compiler();
    instead_of_failing = strict ? NULL : become_compiler;
    find_home();
    sock = try_connect(WELCOME_LIMIT_MS);
    if (sock < 0) {
        if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR) {
            start_in_background();
        }
        fail(EXIT_TRY_AGAIN, "The background process does not answer");
    }
    check_owner(sock);
    send_to(sock);
    put_hello("", sent, NULL, 0);
    converse();
}
