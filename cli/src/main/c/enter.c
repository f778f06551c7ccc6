// SPDX-License-Identifier: Apache-2.0
// `steading-enter DIRECTORY PROGRAM ARGUMENT…`: makes the links that `.steading/links` names, makes the directory in
// which it is called the root of the file system, goes to DIRECTORY there, and becomes the program. A compile for a
// server that knows nothing of compiles brings it along, for its input tree is a whole file system.
//
// It needs no rights but to make a user namespace; root needs none. What fails here has an exit code that no compiler has.
#define _GNU_SOURCE
#include "steading.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_NOT_ENTERED = 125, MIN_ARGUMENTS = 3 };

static _Noreturn void refuse(const char *what) {
    dprintf(STDERR_FILENO, "steading-enter: Cannot %s: %s\n", what, strerror(errno));
    exit(EXIT_NOT_ENTERED);
}

// Root without rights may not map himself, but files are his all the same.
static void try_write(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t ignored = write(fd, text, strlen(text));
        (void)ignored;
        close(fd);
    }
}

// In namespaces of our own we may change the root, and what is mounted is nobody else's business.
static void leave_namespaces(void) {
    char map[64];
    unsigned user = geteuid(), group = getegid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) {
        try_write("/proc/self/setgroups", "deny");
        snprintf(map, sizeof map, "%u %u 1", user, user);
        try_write("/proc/self/uid_map", map);
        snprintf(map, sizeof map, "%u %u 1", group, group);
        try_write("/proc/self/gid_map", map);
    } else if (user != 0 || unshare(CLONE_NEWNS) != 0) {
        refuse("make namespaces");
    }
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
        refuse("keep mounts to ourselves");
    }
}

// Shows a directory of the machine in the new root. Few compilers miss it.
static void show(const char *directory) {
    const char *inside = directory + 1;
    mkdir(inside, 0755);
    if (mount(directory, inside, NULL, MS_BIND | MS_REC, NULL) != 0) {
        rmdir(inside);
    }
}

// Makes all directories above a path.
static void make_parents(char *path) {
    for (char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0755);
        *slash = '/';
    }
}

// Makes the symbolic links that the input tree should have: most servers refuse such as lead out of their directory.
static void make_links(void) {
    char *place = NULL, *target = NULL;
    size_t place_room = 0, target_room = 0;
    FILE *links = fopen(".steading/links", "re");
    if (links == NULL) {
        refuse("read `.steading/links`");
    }
    while (getdelim(&place, &place_room, '\0', links) > 0 && getdelim(&target, &target_room, '\0', links) > 0) {
        make_parents(place);
        if (symlink(target, place) != 0) {
            refuse("make links");
        }
    }
    fclose(links);
}

void enter(int count, char *arguments[]) {
    const char *slash = strrchr(arguments[0], '/');
    if (strcmp(slash ? slash + 1 : arguments[0], "steading-enter") != 0) {
        return;
    }
    if (count < MIN_ARGUMENTS) {
        fail(EXIT_USAGE, "Usage: steading-enter DIRECTORY PROGRAM ARGUMENT…");
    }
    make_links();
    leave_namespaces();
    show("/dev");
    show("/proc");
    mkdir("tmp", 01777);
    if (access("tmp", W_OK) != 0) {
        refuse("write to `tmp`");
    }
    if (chroot(".") != 0 || chdir(arguments[1]) != 0) {
        refuse("enter the input tree");
    }
    execvp(arguments[2], arguments + 2);
    refuse("run the compiler");
}
