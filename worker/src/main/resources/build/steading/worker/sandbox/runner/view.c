// SPDX-License-Identifier: Apache-2.0
//
// What sandboxes begin with: a mount namespace that lacks what no command is to see. The sandbox program takes over
// each mount of the namespace it is started in, one by one, and reads the list of all of them after each: on a machine
// with many, of control groups, containers and kernel interfaces, that takes longer than everything else it does.
#define _GNU_SOURCE
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_MOUNTS = 4096 };

/// Kernel interfaces that builds have no use for. Their empty mount points stay.
static const char *const INTERFACES[] = {"bpf",    "cgroup",    "cgroup2", "configfs", "debugfs",    "devpts", "efivarfs",
                                         "fusectl", "hugetlbfs", "mqueue",  "pstore",   "securityfs", "tracefs"};

static int view = -1;    // the namespace
static int mounts = -1;  // tells when those of the machine change
static bool stale = true;

static bool begins(const char *path, const char *prefix) { return !strncmp(path, prefix, strlen(prefix)); }

/// Returns whether commands do without the mount: sandboxes have a `/dev` and a `/run` of their own, and nobody looks
/// at such interfaces in `/sys`. What `kept` lies in stays.
static bool is_spare(const char *path, const char *type, const char *kept) {
  size_t length = strlen(path);
  if (begins(kept, path) && (kept[length] == '/' || !kept[length])) return false;
  if (begins(path, "/run/")) return !begins(path, "/run/systemd/resolve");
  if (!strcmp(path, "/dev/shm")) return true;
  if (!begins(path, "/sys/") && !begins(path, "/dev/")) return false;
  for (size_t i = 0; i < sizeof INTERFACES / sizeof *INTERFACES; i++) {
    if (!strcmp(type, INTERFACES[i])) return true;
  }
  return false;
}

/// Undoes the escapes of proc_pid_mountinfo(5): a backslash and three octal digits.
static void unescape(char *text) {
  char *to = text;
  for (char *from = text; *from; to++) {
    unsigned value;
    if (*from == '\\' && sscanf(from + 1, "%3o", &value) == 1) {
      *to = (char)value;
      from += 4;
    } else {
      *to = *from++;
    }
  }
  *to = '\0';
}

/// Detaches what is spare, the latest first: it may lie on an earlier one.
static void prune(const char *kept) {
  static char *spare[MAX_MOUNTS];
  size_t count = 0, size = 0;
  char *line = NULL;
  FILE *list = fopen("/proc/self/mountinfo", "re");
  while (list && count < MAX_MOUNTS && getline(&line, &size, list) > 0) {
    char *path, *type;
    char *rest = strstr(line, " - ");
    if (!rest || sscanf(line, "%*s %*s %*s %*s %ms", &path) != 1) continue;
    unescape(path);
    if (sscanf(rest, " - %ms", &type) == 1 && is_spare(path, type, kept)) spare[count++] = path;
  }
  while (count > 0) umount2(spare[--count], MNT_DETACH | UMOUNT_NOFOLLOW);
}

static bool same(const struct stat *a, const struct stat *b) { return a->st_dev == b->st_dev && a->st_ino == b->st_ino; }

/// In a process of its own: makes the namespace, says so, and stays until it is killed. To enter a namespace leads to
/// its root: in a changed root, somewhere else than here.
_Noreturn static void be_view(const char *kept, int told) {
  struct stat here, there;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL)) {
    int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    if (!stat("/", &here) && !setns(own, CLONE_NEWNS) && !stat("/", &there) && same(&here, &there)) {
      prune(kept);
      if (write(told, "", 1) == 1) pause();
    }
  }
  _exit(1);
}

static int make_view(const char *kept) {
  int told[2], made = -1;
  char byte, path[64];
  if (pipe2(told, O_CLOEXEC)) return -1;
  pid_t maker = fork();
  if (maker == 0) be_view(kept, told[1]);
  close(told[1]);
  if (maker > 0) {
    if (read(told[0], &byte, 1) == 1) {
      snprintf(path, sizeof path, "/proc/%d/ns/mnt", maker);
      made = open(path, O_RDONLY | O_CLOEXEC);
    }
    kill(maker, SIGKILL);
    while (waitpid(maker, NULL, 0) < 0 && errno == EINTR) {
    }
  }
  close(told[0]);
  return made;
}

int watch_mounts(void) {
  if (mounts < 0) mounts = open("/proc/self/mounts", O_RDONLY | O_CLOEXEC);
  return mounts;
}

void forget_view(void) { stale = true; }

bool mounts_changed(void) {
  struct pollfd change = {.fd = watch_mounts(), .events = POLLPRI};
  if (mounts >= 0 && poll(&change, 1, 0) > 0) forget_view();
  return stale;
}

void refresh_view(const char *kept) {
  if (!mounts_changed()) return;
  stale = false;
  if (geteuid()) return;  // what a user has not mounted he cannot detach
  if (view >= 0) close(view);
  view = make_view(kept);
}

bool enter_view(const char *dir) {
  struct stat before, after;
  if (view < 0) return true;
  if (stat(dir, &before) || setns(view, CLONE_NEWNS) || chdir(dir) || stat(".", &after)) return false;
  errno = ESTALE;
  return same(&before, &after);
}
