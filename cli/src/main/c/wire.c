// SPDX-License-Identifier: Apache-2.0
// The wire to the background process: the socket, and the frames that we send.
#define _GNU_SOURCE
#include "steading.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { PROTOCOL_VERSION = 2, MAX_HELLO = 16 << 20 };

extern char **environ;

static int sock;
static unsigned char out_buffer[BUFFER];
static size_t out_from, out_to;
static int send_failed;

// Through /proc, a socket path may be longer than the kernel's 108 bytes.
int try_connect(int limit_ms) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int directory = -1;
    if (snprintf(address.sun_path, sizeof address.sun_path, "%s/run/door.sock", home) >= (int)sizeof address.sun_path) {
        char run[PATH_MAX];
        path_into(run, home, "run");
        directory = open(run, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (directory < 0) {
            return -1;
        }
        snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/door.sock", directory);
    }
    struct timeval limit = {limit_ms / 1000, (limit_ms % 1000) * 1000};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && limit_ms > 0) {
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit); // also limits how long we wait to be let in
    }
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        int why = errno;
        close(fd);
        errno = why;
        fd = -1;
    }
    int why = errno;
    if (directory >= 0) {
        close(directory);
    }
    errno = why;
    return fd;
}

void check_owner(int fd) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.uid != geteuid()) {
        fail(EXIT_NOT_ALLOWED, "Steading in `%s` belongs to another user", home);
    }
}

void send_to(int fd) {
    sock = fd;
    out_from = out_to = 0;
    send_failed = 0;
}

void send_all(void) {
    while (out_from < out_to && !send_failed) {
        ssize_t sent = send(sock, out_buffer + out_from, out_to - out_from, MSG_NOSIGNAL);
        if (sent >= 0) {
            out_from += (size_t)sent;
        } else if (errno != EINTR) {
            send_failed = 1; // what the process still said is in the socket: read on
        }
    }
    out_from = out_to = 0;
}

void put_bytes(const void *bytes, size_t size) {
    const unsigned char *next = bytes;
    while (size > 0) {
        if (out_to == sizeof out_buffer) {
            send_all();
        }
        size_t count = size < sizeof out_buffer - out_to ? size : sizeof out_buffer - out_to;
        memcpy(out_buffer + out_to, next, count);
        out_to += count;
        next += count;
        size -= count;
    }
}

void put_u8(unsigned value) {
    unsigned char byte = (unsigned char)value;
    put_bytes(&byte, 1);
}

void put_u32(uint32_t value) {
    unsigned char bytes[] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16), (unsigned char)(value >> 8),
                             (unsigned char)value};
    put_bytes(bytes, sizeof bytes);
}

void put_header(enum frame_type type, size_t size) {
    put_u8(type);
    put_u32((uint32_t)size);
}

static void put_string(const char *string) {
    size_t size = strlen(string);
    put_u32((uint32_t)size);
    put_bytes(string, size);
}

static size_t strings_size(char *const strings[], uint32_t *count) {
    size_t size = 4;
    for (*count = 0; strings[*count] != NULL; ++*count) {
        size += 4 + strlen(strings[*count]);
    }
    return size;
}

static void put_strings(char *const strings[], uint32_t count) {
    put_u32(count);
    for (uint32_t i = 0; i < count; i++) {
        put_string(strings[i]);
    }
}

int window(struct winsize *size) {
    memset(size, 0, sizeof *size);
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, size) == 0 || ioctl(STDERR_FILENO, TIOCGWINSZ, size) == 0 ||
           ioctl(STDIN_FILENO, TIOCGWINSZ, size) == 0;
}

void put_hello(const char *build_id, char *const arguments[], const void *encoded, uint32_t encoded_size) {
    char cwd[PATH_MAX];
    if (getcwd(cwd, sizeof cwd) == NULL) {
        fail(EXIT_USAGE, "Cannot find the current directory: %s", strerror(errno));
    }
    struct winsize size = {0};
    unsigned tty = 0;
    if (window(&size)) {
        tty = (unsigned)(isatty(STDIN_FILENO) | isatty(STDOUT_FILENO) << 1 | isatty(STDERR_FILENO) << 2);
    }
    mode_t mask = umask(077);
    umask(mask);
    uint32_t argument_count, variable_count;
    size_t arguments_size = strings_size(arguments, &argument_count);
    size_t environment_size = strings_size(environ, &variable_count);
    if (encoded_size > 0) {
        arguments_size = encoded_size;
    }
    size_t payload = 4 + 4 + strlen(build_id) + 4 + strlen(cwd) + arguments_size + environment_size + 1 + 4 + 4 + 4;
    if (payload > MAX_HELLO) {
        fail(EXIT_USAGE, "Arguments and environment of %zu bytes exceed %d", payload, MAX_HELLO);
    }
    put_header(HELLO, payload);
    put_u32(PROTOCOL_VERSION);
    put_string(build_id);
    put_string(cwd);
    if (encoded_size > 0) {
        put_bytes(encoded, encoded_size);
    } else {
        put_strings(arguments, argument_count);
    }
    put_strings(environ, variable_count);
    put_u8(tty);
    put_u32(size.ws_col);
    put_u32(size.ws_row);
    put_u32(mask);
    send_all();
}

uint32_t u32_at(const unsigned char *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}
