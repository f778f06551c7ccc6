// SPDX-License-Identifier: Apache-2.0
// The launcher: runs a command in the background process as if it ran in this terminal.
//
// It sends arguments, directory and environment, relays output, input, window size and signals, and exits with the
// command's code. docs/front-door.md describes the protocol. One thread, one poll loop, no allocation: while output
// waits for a slow reader, nothing is read from the process, which then waits as well.
#define _GNU_SOURCE
#include "steading.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_REPLACEMENTS = 3, MAX_RESUMES = 5, MAX_UNANSWERED = 100, IMPATIENCE_MS = 2000 };

// How a conversation with the process ended.
enum ending { ENDED, UNANSWERED, REPLACED, LOST };

static int sock;
static unsigned char in_buffer[BUFFER]; // from the process
static size_t in_from, in_to;
static unsigned char control[MAX_FRAME]; // the payload of a frame that is no output
static size_t control_size;
static uint32_t frame_left; // bytes of the current frame's payload that have not come
static int frame_type;      // 0 between frames
static int welcome, exit_code, exit_at_end;
static uint32_t input_wanted;
static unsigned char resume_arguments[MAX_FRAME];
static uint32_t resume_size;
static sigset_t outside; // the signal mask while polling

void (*instead_of_failing)(void);

_Noreturn void fail(int code, const char *format, ...) {
    if (instead_of_failing != NULL) {
        instead_of_failing();
    }
    va_list arguments;
    va_start(arguments, format);
    fflush(stdout);
    dprintf(STDERR_FILENO, "steading: ");
    vdprintf(STDERR_FILENO, format, arguments);
    dprintf(STDERR_FILENO, "\n");
    va_end(arguments);
    exit(code);
}

// --- Signals: blocked but while polling, so that none is missed between looking and waiting ---

static const struct {
    int number;
    unsigned char code;
} forwarded[] = {{SIGHUP, 1}, {SIGINT, 2}, {SIGQUIT, 3}, {SIGTERM, 15}, {SIGCONT, 18}};

static volatile sig_atomic_t arrived[NSIG];

static void note_signal(int number) {
    arrived[number]++;
}

static void catch_signal(int number, sigset_t *blocked) {
    struct sigaction now, caught = {.sa_handler = note_signal};
    // What our caller ignores (nohup, a background job) stays ignored.
    if (sigaction(number, NULL, &now) == 0 && now.sa_handler != SIG_IGN) {
        sigaction(number, &caught, NULL);
        sigaddset(blocked, number);
    }
}

static void catch_signals(void) {
    sigset_t blocked;
    sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++) {
        catch_signal(forwarded[i].number, &blocked);
    }
    catch_signal(SIGWINCH, &blocked);
    sigprocmask(SIG_BLOCK, &blocked, &outside);
}

// While no command runs, signals end the launcher as they would end any program.
static void release_signals(void) {
    for (int number = 1; number < NSIG; number++) {
        struct sigaction now;
        if (sigaction(number, NULL, &now) == 0 && now.sa_handler == note_signal) {
            signal(number, SIG_DFL);
        }
    }
    sigprocmask(SIG_SETMASK, &outside, NULL);
}

// --- Sending ---

static void put_size(void) {
    struct winsize size;
    if (window(&size)) {
        put_header(RESIZE, 8);
        put_u32(size.ws_col);
        put_u32(size.ws_row);
    }
}

// Whoever asks the command to end a third time within IMPATIENCE_MS is rid of us, whatever the process does.
static void grow_impatient(int number) {
    static int64_t last[NSIG][2]; // 0: never
    int64_t now = now_ms();
    if (last[number][0] != 0 && now - last[number][0] < IMPATIENCE_MS) {
        exit(128 + number);
    }
    last[number][0] = last[number][1];
    last[number][1] = now;
}

static void put_signals(void) {
    if (arrived[SIGWINCH] > 0 || arrived[SIGCONT] > 0) {
        arrived[SIGWINCH] = 0;
        put_size();
    }
    for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++) {
        int number = forwarded[i].number;
        while (arrived[number] > 0) {
            arrived[number]--; // blocked here: no signal comes in between
            put_header(SIGNAL, 1);
            put_u8(forwarded[i].code);
            if (number != SIGCONT) {
                grow_impatient(number);
            }
        }
    }
    send_all();
}

// One `read` of ours for each of the command's: what it does not ask for stays for whoever comes after it.
static void relay_input(void) {
    static unsigned char bytes[BUFFER - 256];
    size_t wanted = input_wanted < sizeof bytes ? input_wanted : sizeof bytes;
    ssize_t count = read(STDIN_FILENO, bytes, wanted);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    input_wanted = 0;
    put_header(count > 0 ? STDIN : STDIN_EOF, count > 0 ? (size_t)count : 0);
    if (count > 0) {
        put_bytes(bytes, (size_t)count);
    }
}

// --- Receiving ---

static int is_output(void) {
    return frame_type == STDOUT || frame_type == STDERR;
}

// Returns how many bytes of output wait to be written.
static size_t pending_output(void) {
    size_t come = in_to - in_from;
    return !is_output() ? 0 : come < frame_left ? come : frame_left;
}

static int output_fd(void) {
    return frame_type == STDOUT ? STDOUT_FILENO : STDERR_FILENO;
}

// Our reader is gone. The process hears a hang-up; our caller sees what it sees of any program in a pipe.
static _Noreturn void die_of_pipe(void) {
    close(sock);
    signal(SIGPIPE, SIG_DFL);
    sigset_t pipe_only;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigprocmask(SIG_UNBLOCK, &pipe_only, NULL);
    raise(SIGPIPE);
    exit(128 + SIGPIPE);
}

// Writes what surely fits without waiting: signals are blocked here.
static void relay_output(void) {
    size_t count = pending_output();
    struct stat target;
    if (count > PIPE_BUF && (fstat(output_fd(), &target) != 0 || !S_ISREG(target.st_mode))) {
        count = PIPE_BUF;
    }
    ssize_t written = write(output_fd(), in_buffer + in_from, count);
    if (written < 0 && errno != EINTR && errno != EAGAIN) {
        if (errno == EPIPE) {
            die_of_pipe();
        }
        fail(EXIT_TRY_AGAIN, "Cannot write to standard %s: %s", output_fd() == 1 ? "output" : "error", strerror(errno));
    }
    if (written > 0) {
        in_from += (size_t)written;
        frame_left -= (uint32_t)written;
        frame_type = frame_left > 0 ? frame_type : 0;
    }
}

// Acts on a control frame that is whole. Returns whether the conversation ended, and how.
static int take_control(enum ending *ending) {
    switch (frame_type) {
        case WELCOME:
            welcome = 1;
            return 0;
        case READ:
            input_wanted = control_size == 4 ? u32_at(control) : 0;
            return 0;
        case RESUME:
            memcpy(resume_arguments, control, control_size);
            resume_size = (uint32_t)control_size;
            return 0;
        case EXIT:
            exit_code = control[0];
            exit_at_end = control_size > 1 && control[1];
            *ending = ENDED;
            return !exit_at_end;
        case STOPPING:
            *ending = control[0] ? REPLACED : LOST;
            return 1;
        default:
            fail(EXIT_TRY_AGAIN, "The background process sent an unknown frame (%d): build Steading again", frame_type);
    }
}

// Takes apart what has come, up to the next output. Returns whether the conversation ended, and how.
static int take_frames(enum ending *ending) {
    while (pending_output() == 0) {
        size_t come = in_to - in_from;
        if (frame_type == 0) {
            if (come < HEADER) {
                return 0;
            }
            frame_type = in_buffer[in_from];
            frame_left = u32_at(in_buffer + in_from + 1);
            in_from += HEADER;
            control_size = 0;
            if (frame_left > MAX_FRAME) {
                fail(EXIT_TRY_AGAIN, "The background process sent a frame of %u bytes: build Steading again", frame_left);
            }
            if (is_output() && frame_left == 0) {
                frame_type = 0;
            }
            continue;
        }
        if (is_output()) {
            return 0;
        }
        size_t count = come < frame_left ? come : frame_left;
        memcpy(control + control_size, in_buffer + in_from, count);
        control_size += count;
        in_from += count;
        frame_left -= (uint32_t)count;
        if (frame_left > 0) {
            return 0;
        }
        int ended = take_control(ending);
        frame_type = 0;
        if (ended) {
            return 1;
        }
    }
    return 0;
}

// Returns whether the process said more; else its stream has ended.
static int receive(void) {
    memmove(in_buffer, in_buffer + in_from, in_to - in_from);
    in_to -= in_from;
    in_from = 0;
    ssize_t count = recv(sock, in_buffer + in_to, sizeof in_buffer - in_to, MSG_DONTWAIT);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) {
        return 1;
    }
    in_to += count > 0 ? (size_t)count : 0;
    return count > 0;
}

// Relays everything until the command's exit code, or until the process is gone.
static enum ending relay(void) {
    enum ending ending = LOST;
    for (;;) {
        int ended = take_frames(&ending);
        if (ended) {
            return ending;
        }
        int output = pending_output() > 0;
        struct pollfd polled[] = {
            {.fd = output ? -1 : sock, .events = POLLIN},
            {.fd = output ? output_fd() : -1, .events = POLLOUT},
            {.fd = input_wanted > 0 ? STDIN_FILENO : -1, .events = POLLIN},
        };
        int ready = ppoll(polled, 3, NULL, &outside);
        if (ready < 0 && errno != EINTR) {
            fail(EXIT_TRY_AGAIN, "Cannot poll: %s", strerror(errno));
        }
        put_signals();
        if (ready < 0) {
            continue; // interrupted: the events of `polled` say nothing
        }
        if (polled[1].revents) {
            relay_output();
        }
        if (polled[2].revents) {
            relay_input();
            send_all();
        }
        if (polled[0].revents && !receive()) {
            return welcome || ending == ENDED ? ending : UNANSWERED;
        }
    }
}

static enum ending converse(int fd, const char *build_id, char *const arguments[]) {
    sock = fd;
    in_from = in_to = 0;
    frame_type = welcome = exit_at_end = 0;
    frame_left = input_wanted = 0;
    memset((void *)arrived, 0, sizeof arrived);
    send_to(fd);
    put_hello(build_id, arguments, resume_arguments, resume_size); // a process that does not take it can still be left by Ctrl-C
    catch_signals();
    enum ending ending = relay();
    release_signals();
    close(fd);
    return ending;
}

// Runs the command, in another process whenever one is replaced or dies, and returns its exit code.
static int run(const struct launch *launch, char *const arguments[]) {
    int stop = arguments[0] != NULL && strcmp(arguments[0], "stop") == 0;
    int replacements = 0, unanswered = 0, resumes = 0;
    for (;;) {
        int fd = connect_process(launch, stop ? START_NEVER : START_AND_WAIT);
        if (fd < 0) {
            dprintf(STDOUT_FILENO, "Steading is not running\n");
            return 0;
        }
        // To be stopped, or to go on with what another build began, any process will do.
        switch (converse(fd, stop || resume_size > 0 ? "" : launch->build_id, arguments)) {
            case ENDED:
                return exit_code;
            case UNANSWERED:
                if (++unanswered > MAX_UNANSWERED) {
                    fail(EXIT_TRY_AGAIN, "The background process does not answer");
                }
                pause_ms(20);
                break;
            case REPLACED:
                if (++replacements > MAX_REPLACEMENTS) {
                    fail(EXIT_TRY_AGAIN, "Another build of Steading keeps taking over this STEADING_HOME: give each its own");
                }
                break;
            case LOST:
                if (resume_size == 0) {
                    fail(EXIT_TRY_AGAIN, "The background process ended before the command did: try again");
                }
                if (++resumes > MAX_RESUMES) {
                    fail(EXIT_TRY_AGAIN, "The background process keeps ending: see its log");
                }
                dprintf(STDERR_FILENO, "steading: The background process ended: going on in a new one\n");
        }
    }
}

void open_standard_streams(void) {
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) {
            exit(EXIT_TRY_AGAIN);
        }
    }
}

int main(int count, char *arguments[]) {
    enter(count, arguments);
    compile(count, arguments);
    open_standard_streams();
    struct launch launch = {0};
    read_launch(&launch);
    if (count == 2 && strcmp(arguments[1], "--version") == 0) {
        dprintf(STDOUT_FILENO, "steading %s (%s)\n", launch.version, launch.build_id);
        return 0;
    }
    find_home();
    if (is_role(arguments[1])) {
        become_role(&launch, count - 1, arguments + 1);
    }
    // A reader that is gone shall show as EPIPE, so that we can hang up first.
    signal(SIGPIPE, SIG_IGN);
    return run(&launch, arguments + 1);
}
