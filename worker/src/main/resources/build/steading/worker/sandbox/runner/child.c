// SPDX-License-Identifier: Apache-2.0
//
// Between the runner and what it runs: a child process, and pipes.
#define _GNU_SOURCE
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/// The child: the command itself, or what becomes process 1 of its sandbox.
_Noreturn static void be_child(const struct spec *spec, pid_t parent, const struct ends *ends) {
  struct status status = {0};
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(null, 0);
  dup2(ends->out, 1);
  dup2(ends->err, 2);
  int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (score >= 0 && write(score, "500", 3) < 0) {
    // The kernel may then choose the farm before its actions, when memory ends: no reason not to run.
  }
  if (chdir(spec->dir)) {
    complain(&status, 'E', "Cannot enter `%s`: %s", spec->dir, strerror(errno));
  } else if (*spec->wrap) {
    become_sandbox(spec, ends);
  } else if (enter(spec, &status)) {
    limit_resources(spec);
    status.kind = 'S';
    send_status(ends->status, &status);
    become(spec);
  }
  send_status(ends->status, &status);
  _exit(1);
}

/// Makes a pipe of which one end is ours. Returns whether that worked.
static bool make_pipe(bool ours_writes, int *ours, int *theirs) {
  int both[2];
  if (pipe2(both, O_CLOEXEC)) return false;
  *ours = both[ours_writes];
  *theirs = both[!ours_writes];
  fcntl(*ours, F_SETFL, O_NONBLOCK);
  return true;
}

static void close_all(const int *descriptors, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (descriptors[i] >= 0) close(descriptors[i]);
  }
}

static bool make_pipes(const struct spec *spec, bool ahead, struct child *child, struct ends *ends) {
  if (!make_pipe(false, &child->out, &ends->out) || !make_pipe(false, &child->err, &ends->err)) return false;
  if (!make_pipe(false, &child->status, &ends->status)) return false;
  if (!make_pipe(true, &child->control, &ends->control)) return false;
  if (!*spec->wrap) return true;
  child->spec = memfd_create("spec", MFD_CLOEXEC);
  return child->spec >= 0 && (!ahead || make_pipe(true, &child->overlay, &ends->overlay));
}

const struct child NO_CHILD = {.pid = 0, .out = -1, .err = -1, .status = -1, .control = -1, .spec = -1, .overlay = -1};

bool start_child(const struct spec *spec, bool ahead, struct child *child, struct status *failure) {
  struct ends ends = {.out = -1, .err = -1, .status = -1, .control = -1, .overlay = -1};
  pid_t self = getpid();
  *child = NO_CHILD;
  if (!make_pipes(spec, ahead, child, &ends)) {
    complain(failure, 'E', "Cannot create a pipe: %s", strerror(errno));
  } else {
    ends.spec = child->spec;
    ends.overlay_ours = child->overlay;
    child->pid = fork();
    if (child->pid == 0) be_child(spec, self, &ends);
    if (child->pid < 0) complain(failure, 'E', "Cannot start a process: %s", strerror(errno));
  }
  close_all((int[]){ends.out, ends.err, ends.status, ends.control, ends.overlay}, 5);
  return child->pid > 0;
}

void close_child(struct child *child) {
  close_all((int[]){child->out, child->err, child->status, child->control, child->spec, child->overlay}, 6);
  *child = NO_CHILD;
}

/// Has process 1 of the child's sandbox run the command. What has no sandbox runs it already.
void go(const struct spec *spec, struct child *child, struct status *failure) {
  if (!*spec->wrap) return;
  for (size_t done = 0; done < spec->length;) {
    // Not `write`, which would move where process 1 begins to read.
    ssize_t n = pwrite(child->spec, spec->bytes + done, spec->length - done, (off_t)done);
    if (n < 0 && errno != EINTR) {
      complain(failure, 'E', "Cannot write a memory file: %s", strerror(errno));
      kill(child->pid, SIGKILL);
      return;
    }
    if (n > 0) done += (size_t)n;
  }
  // If nobody reads it, the child has ended, and that is noticed.
  if (write(child->control, (char[]){GO}, 1) < 0) return;
}
