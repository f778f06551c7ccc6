// SPDX-License-Identifier: Apache-2.0
//
// Process 1 of a sandbox. It starts the command, waits for it and for orphans, and ends with it; whatever else still
// runs in the sandbox dies then by the kernel's hand.
#define _GNU_SOURCE
#include "run.h"

#include <errno.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

static void report_end(int status_fd, int wait_status) {
  struct status status = {.kind = 'X'};
  struct rusage used;
  getrusage(RUSAGE_CHILDREN, &used);
  status.cpu_micros = cpu_micros(&used);
  status.peak_bytes = used.ru_maxrss * 1024LL;
  status.code = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 0;
  status.signal = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
  send_status(status_fd, &status);
}

/// Obeys the runner, which may ask everything to end; when the runner is gone, so is everything.
static void obey(int control_fd) {
  char order = 0;
  ssize_t n = read(control_fd, &order, 1);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n <= 0) _exit(1);
  if (order == CANCEL) kill(-1, SIGTERM);
}

static int serve(pid_t command, int signals, int status_fd, int control_fd) {
  struct pollfd events[] = {{.fd = signals, .events = POLLIN}, {.fd = control_fd, .events = POLLIN}};
  for (;;) {
    int wait_status;
    pid_t ended;
    while ((ended = waitpid(-1, &wait_status, WNOHANG)) > 0) {
      if (ended == command) {
        report_end(status_fd, wait_status);
        return 0;
      }
    }
    if (poll(events, 2, -1) < 0 && errno != EINTR) return 1;
    if (events[0].revents) {
      struct signalfd_siginfo ignored;
      if (read(signals, &ignored, sizeof ignored) < 0 && errno != EINTR && errno != EAGAIN) return 1;
    }
    if (events[1].revents) obey(control_fd);
  }
}

/// Waits for the runner's order to begin. Returns false if the runner is gone, or the command not wanted any more.
static bool await_order(int control_fd) {
  char order = 0;
  ssize_t n;
  do n = read(control_fd, &order, 1);
  while (n < 0 && errno == EINTR);
  return n == 1 && order == GO;
}

/// Returns whether the input tree is there: what was mounted outside, after this sandbox was made, must be seen here.
static bool sees_tree(const struct spec *spec, struct status *status) {
  struct statfs found;
  if (!spec->overlay) return true;
  if (!statfs(spec->root, &found) && found.f_type == OVERLAYFS_SUPER_MAGIC) return true;
  complain(status, 'E', "The input tree has not appeared in the sandbox");
  return false;
}

int init_main(int spec_fd, int status_fd, int control_fd) {
  struct spec spec;
  struct status status = {0};
  sigset_t child;
  if (!await_order(control_fd) || !spec_read(spec_fd, &spec)) return 1;
  spec_parse(&spec);
  if (!sees_tree(&spec, &status)) {
    send_status(status_fd, &status);
    return 1;
  }
  if (!enter(&spec, &status)) {
    send_status(status_fd, &status);
    return 1;
  }
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, NULL);
  int signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  limit_resources(&spec);
  pid_t command = fork();
  if (command == 0) become(&spec);
  if (command < 0 || signals < 0) {
    complain(&status, 'E', "Cannot start a process: %s", strerror(errno));
    send_status(status_fd, &status);
    return 1;
  }
  status.kind = 'S';
  send_status(status_fd, &status);
  return serve(command, signals, status_fd, control_fd);
}
