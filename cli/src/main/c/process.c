// SPDX-License-Identifier: Apache-2.0
// Finds the background process of $STEADING_HOME, and starts it if there is none.
//
// Many launchers may come at once: one of them takes run/starting.lock and starts the process, the others wait for
// its socket. The process itself takes run/lock, so that even a launcher that knows nothing of this starts no second.
#define _GNU_SOURCE
#include "steading.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// A server has more to remember than one user's farm; what calls leave behind must not pile up among that.
static char *const ROLE_HEAP[] = {"-Xmx2g", "-Xms160m", "-Xmn96m"};

enum { START_LIMIT_MS = 30000, SILENT_MS = 300, TAIL_BYTES = 2048, MAX_KILLS = 3 };

extern char **environ;

static char dist[PATH_MAX];
char home[PATH_MAX];
static const char *role = "alone";

int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void pause_ms(int ms) {
    struct timespec duration = {ms / 1000, (long)(ms % 1000) * 1000000};
    nanosleep(&duration, NULL);
}

void path_into(char path[PATH_MAX], const char *directory, const char *name) {
    if (snprintf(path, PATH_MAX, "%s%s%s", directory, *name ? "/" : "", name) >= PATH_MAX) {
        fail(EXIT_USAGE, "Path `%.80s…` is too long", directory);
    }
}

void read_launch(struct launch *launch) {
    static char text[256 * 1024];
    char file[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", dist, sizeof dist - 1);
    char *slash = length > 0 ? strrchr(dist, '/') : NULL;
    if (slash == NULL) {
        fail(EXIT_TRY_AGAIN, "Cannot find the launcher's own directory: %s", strerror(errno));
    }
    *slash = '\0';
    path_into(file, dist, "steading.launch");
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text);
    if (size <= 0 || size == sizeof text) {
        fail(EXIT_TRY_AGAIN, "Cannot read `%s`: build Steading again", file);
    }
    close(fd);
    size_t lines = 0;
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1, lines++) {
        *end = '\0';
        if (lines == 0) {
            launch->version = line;
        } else if (lines == 1) {
            launch->build_id = line;
        } else if (lines - 2 < sizeof launch->command / sizeof *launch->command - 3) {
            launch->command[lines - 2] = line;
        }
    }
    if (lines < 4) {
        fail(EXIT_TRY_AGAIN, "File `%s` is incomplete: build Steading again", file);
    }
}

void find_home(void) {
    char base[PATH_MAX] = "";
    const char *named = getenv("STEADING_HOME");
    const char *state = getenv("XDG_STATE_HOME");
    const char *user = getenv("HOME");
    const char *below = "";
    if (named == NULL || *named == '\0') {
        below = state && *state ? "steading" : ".local/state/steading";
        named = state && *state ? state : user;
    }
    if (named == NULL || *named == '\0') {
        fail(EXIT_USAGE, "Neither `STEADING_HOME` nor `HOME` is set");
    }
    if (*named != '/' && getcwd(base, sizeof base) == NULL) {
        fail(EXIT_USAGE, "Cannot find the current directory: %s", strerror(errno));
    }
    char absolute[PATH_MAX];
    if (*named == '/') {
        path_into(absolute, named, "");
    } else {
        path_into(absolute, base, named);
    }
    path_into(home, absolute, below);
}

// Creates a directory and those above it, for the owner alone.
static void make_directories(const char *path) {
    char partial[PATH_MAX];
    path_into(partial, path, "");
    for (char *at = partial + 1; *at != '\0'; at++) {
        if (*at == '/') {
            *at = '\0';
            (void)mkdir(partial, 0700); // what fails here fails below as well
            *at = '/';
        }
    }
    if (mkdir(partial, 0700) != 0 && errno != EEXIST) {
        fail(EXIT_TRY_AGAIN, "Cannot create `%s`: %s", partial, strerror(errno));
    }
}

// Returns whether this launcher now holds the lock on a file in run/. It is released when the descriptor closes.
static int lock_file(const char *name, int *fd) {
    char path[PATH_MAX];
    path_into(path, home, name);
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (*fd < 0) {
        *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    }
    if (*fd < 0) {
        fail(EXIT_TRY_AGAIN, "Cannot open `%s`: %s", path, strerror(errno));
    }
    return fcntl(*fd, F_SETLK, &whole) == 0;
}

int is_locked(const char *name) {
    char path[PATH_MAX];
    path_into(path, home, name);
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(path, O_RDWR | O_CLOEXEC);
    int locked = fd >= 0 && fcntl(fd, F_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
    if (fd >= 0) {
        close(fd);
    }
    return locked;
}

// Returns what a placeholder stands for that the text begins with, or NULL. All have six characters.
static const char *value(const char *text) {
    return strncmp(text, "{dist}", 6) == 0   ? dist
           : strncmp(text, "{home}", 6) == 0 ? home
           : strncmp(text, "{role}", 6) == 0 ? role
                                             : NULL;
}

// Replaces placeholders in an argument. Nothing is freed: the program is about to become another one.
static char *expand(const char *argument) {
    static char space[256 * 1024];
    static size_t used;
    char *begin = space + used;
    while (*argument != '\0' && used < sizeof space - 1) {
        const char *insert = value(argument);
        if (insert == NULL) {
            space[used++] = *argument++;
            continue;
        }
        while (*insert != '\0' && used < sizeof space - 1) {
            space[used++] = *insert++;
        }
        argument += 6;
    }
    if (used >= sizeof space - 1) {
        dprintf(STDERR_FILENO, "Command line of the background process is too long\n");
        _exit(127);
    }
    space[used++] = '\0';
    return begin;
}

// The process outlives its starter and serves other terminals: of the environment it keeps only what is the user's.
static char **process_environment(void) {
    static char *kept[256];
    static const char *const names[] = {"HOME=", "PATH=", "USER=", "LOGNAME=", "SHELL=", "TMPDIR=", "TZ=", "XDG_",
                                        "STEADING_SANDBOX="};
    size_t count = 0;
    for (char **variable = environ; *variable != NULL && count < 253; variable++) {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            if (strncmp(*variable, names[i], strlen(names[i])) == 0) {
                kept[count++] = *variable;
            }
        }
    }
    kept[count++] = expand("STEADING_HOME={home}");
    kept[count++] = "LC_ALL=C.UTF-8";
    return kept;
}

void leave_everything(int console) {
    setsid();
    umask(077);
    for (int number = 1; number < NSIG; number++) {
        signal(number, SIG_DFL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || chdir("/") != 0 || dup2(null, 0) < 0 || dup2(console, 1) < 0 || dup2(console, 2) < 0) {
        _exit(127);
    }
#ifdef SYS_close_range
    if (syscall(SYS_close_range, 3U, ~0U, 0U) != 0)
#endif
        for (int fd = 3; fd < 65536; fd++) {
            close(fd);
        }
}

// In the child: becomes the process.
static _Noreturn void become_process(const struct launch *launch, int console) {
    leave_everything(console);
    char membership[PATH_MAX];
    path_into(membership, home, "farm/certificate.pem");
    if (access(membership, F_OK) == 0) {
        role = "member";
    }
    char *command[sizeof launch->command / sizeof *launch->command];
    size_t count = 0;
    while (launch->command[count] != NULL) {
        command[count] = expand(launch->command[count]);
        count++;
    }
    command[count++] = home;
    command[count++] = (char *)launch->build_id;
    command[count] = NULL;
    execve(command[0], command, process_environment());
    dprintf(STDERR_FILENO, "Cannot run `%s`: %s; remove `%s` and run ./steading again\n", command[0], strerror(errno), dist);
    _exit(127);
}

int is_role(const char *argument) {
    return argument != NULL && (strcmp(argument, "server") == 0 || strcmp(argument, "worker") == 0);
}

_Noreturn void become_role(const struct launch *launch, int count, char *const arguments[]) {
    size_t given = 0;
    while (launch->command[given] != NULL) {
        given++;
    }
    char **command = calloc(given + (size_t)count + 6, sizeof *command);
    if (command == NULL || setenv("STEADING_HOME", home, 1) != 0 || setenv("LC_ALL", "C.UTF-8", 1) != 0) {
        fail(EXIT_TRY_AGAIN, "Out of memory");
    }
    role = arguments[0];
    size_t used = 0;
    for (size_t i = 0; i < given; i++) {
        if (i == given - 1) {
            memcpy(command + used, ROLE_HEAP, sizeof ROLE_HEAP);
            used += sizeof ROLE_HEAP / sizeof *ROLE_HEAP;
        }
        command[used++] = expand(launch->command[i]);
    }
    command[used++] = home;
    command[used++] = (char *)launch->build_id;
    memcpy(command + used, arguments, (size_t)count * sizeof *command);
    execve(command[0], command, environ);
    fail(EXIT_TRY_AGAIN, "Cannot run `%s`: %s; remove `%s` and run ./steading again", command[0], strerror(errno), dist);
}

static pid_t start_process(const struct launch *launch) {
    char console_path[PATH_MAX];
    path_into(console_path, home, "log");
    make_directories(console_path);
    path_into(console_path, home, "log/process.out");
    int console = open(console_path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (console < 0) {
        fail(EXIT_TRY_AGAIN, "Cannot write `%s`: %s", console_path, strerror(errno));
    }
    pid_t child = fork();
    if (child < 0) {
        fail(EXIT_TRY_AGAIN, "Cannot start the background process: %s", strerror(errno));
    }
    if (child == 0) {
        become_process(launch, console);
    }
    close(console);
    return child;
}

static _Noreturn void report_death(void) {
    char console_path[PATH_MAX];
    char tail[TAIL_BYTES + 1];
    path_into(console_path, home, "log/process.out");
    int fd = open(console_path, O_RDONLY | O_CLOEXEC);
    ssize_t size = 0;
    if (fd >= 0) {
        struct stat file;
        off_t from = fstat(fd, &file) == 0 && file.st_size > TAIL_BYTES ? file.st_size - TAIL_BYTES : 0;
        size = pread(fd, tail, TAIL_BYTES, from);
    }
    tail[size > 0 ? size : 0] = '\0';
    fail(EXIT_TRY_AGAIN, "The background process could not start (see `%s`)\n%s", console_path, tail);
}

// "Starting Steading…" on a terminal, from SILENT_MS on and until `progress_end`.
static int progress_shown;

static void progress(int64_t since) {
    if (!progress_shown && now_ms() - since > SILENT_MS && isatty(STDERR_FILENO)) {
        progress_shown = dprintf(STDERR_FILENO, "Starting Steading…") > 0;
    }
}

static void progress_end(void) {
    if (progress_shown) {
        dprintf(STDERR_FILENO, "\r                  \r");
        progress_shown = 0;
    }
}

// Looks after the child that shall become the process: gone with 0, it found another process at work; killed by
// somebody, it is not to blame, and the next one may be luckier.
static void look_after(pid_t *child) {
    static int kills;
    int status;
    if (*child > 0 && waitpid(*child, &status, WNOHANG) == *child) {
        *child = -1;
        int spared = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && ++kills <= MAX_KILLS;
        if (!spared && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
            progress_end();
            report_death();
        }
        pause_ms(50);
    }
}

int connect_process(const struct launch *launch, enum start start) {
    int64_t since = now_ms();
    int starting_lock = -1;
    pid_t child = -1;
    for (int wait_ms = 2;; wait_ms = wait_ms < 20 ? wait_ms + 2 : 20) {
        int fd = try_connect(0);
        if (fd >= 0) {
            progress_end();
            check_owner(fd);
            if (starting_lock >= 0) {
                close(starting_lock);
            }
            return fd;
        }
        if (errno != ENOENT && errno != ECONNREFUSED && errno != EAGAIN && errno != EINTR && errno != ENOTDIR) {
            fail(EXIT_TRY_AGAIN, "Cannot connect to `%s/run/door.sock`: %s", home, strerror(errno));
        }
        if (start == START_NEVER && !is_locked("run/lock")) {
            return -1;
        }
        look_after(&child);
        if (start != START_NEVER && child < 0) {
            if (starting_lock < 0) {
                char run[PATH_MAX];
                path_into(run, home, "run");
                make_directories(run);
            }
            // Asked for once: a lock that comes free later says nothing of what was seen before.
            int locked = lock_file("run/starting.lock", &starting_lock);
            // Between our attempt and the lock, another launcher may have started it and gone.
            if (locked && (fd = try_connect(0)) >= 0) {
                close(fd);
                continue;
            }
            if (locked) {
                child = start_process(launch);
            } else if (start == START_ALONE) {
                return -1;
            }
        }
        if (now_ms() - since > START_LIMIT_MS) {
            progress_end();
            fail(EXIT_TRY_AGAIN, "The background process did not answer within %d s (see `%s/log`)", START_LIMIT_MS / 1000, home);
        }
        progress(since);
        pause_ms(wait_ms);
    }
}
