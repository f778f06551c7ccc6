// SPDX-License-Identifier: Apache-2.0
//
// What the kernel knows about our descendants. As we adopt orphans, no descendant can hide from this by forking away
// or by a session of its own.
#define _GNU_SOURCE
#include "run.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct process {
  pid_t pid, parent;
  long threads;
  bool ours;
};

static struct process *found;
static size_t count, capacity;

static bool read_file(const char *path, char *text, size_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t n = read(fd, text, size - 1);
  close(fd);
  text[n > 0 ? n : 0] = 0;
  return n > 0;
}

static void add(const char *pid) {
  char path[300], text[1024];
  snprintf(path, sizeof path, "/proc/%s/stat", pid);
  if (!read_file(path, text, sizeof text)) return;
  char *rest = strrchr(text, ')');
  int parent;
  long threads;
  if (!rest || sscanf(rest + 2, "%*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld", &parent,
                      &threads) != 2) {
    return;
  }
  if (count == capacity) {
    size_t more = capacity ? capacity * 2 : 1024;
    struct process *grown = realloc(found, more * sizeof *grown);
    if (!grown) return;
    found = grown;
    capacity = more;
  }
  found[count++] = (struct process){.pid = atoi(pid), .parent = parent, .threads = threads};
}

static int by_pid(const void *a, const void *b) {
  return ((const struct process *)a)->pid - ((const struct process *)b)->pid;
}

/// Marks our descendants: parents mostly have the smaller number, so that one or two rounds find all.
static void mark(void) {
  pid_t self = getpid();
  bool changed = true;
  qsort(found, count, sizeof *found, by_pid);
  while (changed) {
    changed = false;
    for (size_t i = 0; i < count; i++) {
      struct process key = {.pid = found[i].parent};
      struct process *parent = found[i].ours ? NULL : bsearch(&key, found, count, sizeof key, by_pid);
      if (!found[i].ours && (found[i].parent == self || (parent && parent->ours))) {
        found[i].ours = changed = true;
      }
    }
  }
}

/// Returns the memory that belongs to one process alone, more or less.
static long long private_bytes(pid_t pid) {
  char path[64], text[256];
  long long size, resident, shared;
  snprintf(path, sizeof path, "/proc/%d/statm", pid);
  if (!read_file(path, text, sizeof text)) return 0;
  if (sscanf(text, "%lld %lld %lld", &size, &resident, &shared) != 3) return 0;
  return (resident - shared) * sysconf(_SC_PAGESIZE);
}

/// Returns what our descendants use, and sends them `signal` unless it is 0.
struct usage scan_descendants(int signal) {
  struct usage usage = {0};
  DIR *proc = opendir("/proc");
  if (!proc) return usage;
  count = 0;
  for (struct dirent *entry; (entry = readdir(proc));) {
    if (isdigit((unsigned char)entry->d_name[0])) add(entry->d_name);
  }
  closedir(proc);
  mark();
  for (size_t i = 0; i < count; i++) {
    if (!found[i].ours) continue;
    if (signal) kill(found[i].pid, signal);
    else usage.bytes += private_bytes(found[i].pid);
    usage.tasks += found[i].threads;
  }
  return usage;
}

long long cpu_micros(const struct rusage *used) {
  return (used->ru_utime.tv_sec + used->ru_stime.tv_sec) * 1000000LL + used->ru_utime.tv_usec + used->ru_stime.tv_usec;
}

/// Takes leave of children that have ended, and adds up what they used; notes how `wanted` ended if it is one of them.
///
/// Returns whether there are children left.
bool reap_all(pid_t wanted, struct ended *ended) {
  for (;;) {
    int status;
    struct rusage used;
    pid_t pid = wait4(-1, &status, WNOHANG, &used);
    if (pid < 0 && errno == EINTR) continue;
    if (pid <= 0) return pid == 0;
    ended->cpu_micros += cpu_micros(&used);
    if (used.ru_maxrss * 1024LL > ended->peak_bytes) ended->peak_bytes = used.ru_maxrss * 1024LL;
    if (pid == wanted) ended->status = status;
  }
}
