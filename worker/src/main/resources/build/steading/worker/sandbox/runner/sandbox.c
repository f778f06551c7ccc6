// SPDX-License-Identifier: Apache-2.0
//
// From a fresh child of the runner to process 1 of a sandbox: a mount namespace with the overlay, then the sandbox
// program, which starts this same program again by a file descriptor, as the sandbox need not contain it.
#define _GNU_SOURCE
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { LONGEST_OPTIONS = 4096 };  // a page: as many as mount(2) takes
enum { SPEC_FD = 3, STATUS_FD = 4, CONTROL_FD = 5, SELF_FD = 6, FIRST_FREE_FD = 7, OPEN_FILES = 4096, SPARE_TASKS = 1000 };

static void limit(int resource, rlim_t soft, rlim_t hard) {
  struct rlimit value;
  getrlimit(resource, &value);
  if (hard < value.rlim_max) value.rlim_max = hard;
  value.rlim_cur = soft < value.rlim_max ? soft : value.rlim_max;
  setrlimit(resource, &value);
}

/// No core files, no file above the limit, and as many open files as a login shell would allow, more or less: the
/// JVM that started us allows itself far more, which some programs take for a reason to close them all one by one.
/// In a sandbox tasks are counted anew, so that their number can be limited there, for all but the superuser: not to
/// what is allowed, as the runner then ends the command, but to what the runner can cope with. And as nice as is said.
void limit_resources(const struct spec *spec) {
  limit(RLIMIT_CORE, 0, 0);
  limit(RLIMIT_NOFILE, OPEN_FILES, RLIM_INFINITY);
  rlim_t tasks = (rlim_t)spec->tasks + SPARE_TASKS;
  if (spec->tasks > 0 && *spec->wrap) limit(RLIMIT_NPROC, tasks, tasks);
  if (spec->file_bytes > 0) limit(RLIMIT_FSIZE, (rlim_t)spec->file_bytes, (rlim_t)spec->file_bytes);
  if (spec->nice > 0) setpriority(PRIO_PROCESS, 0, spec->nice);
}

_Noreturn static void give_up(int status_fd, const char *what) {
  struct status status = {0};
  complain(&status, 'E', "%s: %s", what, strerror(errno));
  send_status(status_fd, &status);
  _exit(1);
}

static bool write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  bool ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
  close(fd);
  return ok;
}

/// A mount namespace of our own, which the machine's mounts do not reach; without privileges also a user namespace in
/// which we are who we were.
static void unshare_mounts(int status_fd) {
  uid_t uid = geteuid();
  gid_t gid = getegid();
  char map[64];
  if (unshare(CLONE_NEWNS | (uid ? CLONE_NEWUSER : 0))) give_up(status_fd, "Cannot create a mount namespace");
  if (uid) {
    snprintf(map, sizeof map, "%u %u 1", uid, uid);
    if (!write_file("/proc/self/uid_map", map)) give_up(status_fd, "Cannot map the user");
    write_file("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "%u %u 1", gid, gid);
    if (!write_file("/proc/self/gid_map", map)) give_up(status_fd, "Cannot map the group");
  }
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) give_up(status_fd, "Cannot make mounts private");
}

static bool mount_tree(const char *options) {
  return !mount("overlay", "root", "overlay", MS_NOSUID | MS_NODEV, options);
}

/// A process that stays in this namespace: it mounts the overlay when it is told how, answers, and ends.
_Noreturn static void be_mounter(const struct ends *ends) {
  struct status status = {.kind = 'M'};
  char options[LONGEST_OPTIONS];
  size_t length = 0;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  close(ends->overlay_ours);
  close_range(1, 2, 0);
  do {
    ssize_t n = read(ends->overlay, options + length, sizeof options - length);
    if (n <= 0) _exit(0);
    length += (size_t)n;
  } while (options[length - 1] && length < sizeof options);
  if (options[length - 1] || !mount_tree(options)) status.kind = 'E';
  send_status(ends->status, &status);
  _exit(0);
}

/// Prepares for an overlay on `root`, whose layers are not known yet, to appear in the sandbox that begins here.
static void leave_mounter(const struct ends *ends) {
  if (mount("root", "root", NULL, MS_BIND, NULL) || mount(NULL, "root", NULL, MS_SHARED, NULL)) {
    give_up(ends->status, "Cannot share the place of the input tree");
  }
  pid_t mounter = fork();
  if (mounter == 0) be_mounter(ends);
  if (mounter < 0) give_up(ends->status, "Cannot start a process");
}

/// Moves the descriptors that process 1 needs to fixed numbers and closes all others.
static void arrange_descriptors(const struct ends *ends) {
  int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  int from[] = {ends->spec, ends->status, ends->control, self};
  int high[4];
  for (int i = 0; i < 4; i++) high[i] = fcntl(from[i], F_DUPFD_CLOEXEC, 64);
  for (int i = 0; i < 4; i++) dup2(high[i], SPEC_FD + i);
  close_range(FIRST_FREE_FD, ~0U, 0);
}

_Noreturn void become_sandbox(const struct spec *spec, const struct ends *ends) {
  if (!enter_view(spec->dir)) give_up(ends->status, "Cannot enter the sandboxes' mount namespace");
  if (ends->overlay >= 0 || spec->overlay) unshare_mounts(ends->status);
  if (ends->overlay >= 0) leave_mounter(ends);
  else if (spec->overlay && !mount_tree(spec->overlay)) give_up(ends->status, "Cannot mount the input tree");
  size_t count = 0;
  while (spec->wrap[count]) count++;
  char **args = calloc(count + 7, sizeof(char *));
  if (!args) give_up(ends->status, "No memory");
  memcpy(args, spec->wrap, count * sizeof(char *));
  char *tail[] = {"--", "/proc/self/fd/6", "--init", "3", "4", "5", NULL};
  memcpy(args + count, tail, sizeof tail);
  char *env[] = {NULL};
  arrange_descriptors(ends);
  execve(args[0], args, env);
  give_up(STATUS_FD, "Cannot run the sandbox program");
}
