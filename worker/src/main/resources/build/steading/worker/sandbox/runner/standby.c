// SPDX-License-Identifier: Apache-2.0
//
// A sandbox that stands ready before its command is known: most of the time that a sandbox takes to come about passes
// while nobody waits for it. All but the overlay is there; once the layers are known, a process that has stayed in the
// mount namespace where the sandbox began mounts it there, and it appears within.
#define _GNU_SOURCE
#include "run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOUNT_PATIENCE_MS = 5000, SWEEP_MS = 1 };

static struct child ready;  // without a process: nothing stands ready
static struct spec made_for;

/// The sandbox program begins with a process that waits for another one and does not notice its death: so all that
/// descends from us is killed, until nothing does.
void drop_standing(void) {
  struct ended ignored = {.status = -1};
  if (!ready.pid) return;
  kill(ready.pid, SIGKILL);
  while (reap_all(ready.pid, &ignored)) {
    scan_descendants(SIGKILL);
    poll(NULL, 0, SWEEP_MS);
  }
  close_child(&ready);
  spec_free(&made_for);
}

void stand_ready(struct spec *spec) {
  struct status ignored;
  drop_standing();
  refresh_view(spec->dir);
  if (start_child(spec, true, &ready, &ignored)) {
    made_for = *spec;
  } else {
    close_child(&ready);
    spec_free(spec);
  }
}

/// Mounts that come and go on the machine do so in no sandbox that stands: it is made anew when it is needed.
void idle(void) {
  while (ready.pid) {
    struct pollfd events[] = {{.fd = 0, .events = POLLIN}, {.fd = watch_mounts(), .events = POLLPRI}};
    if (poll(events, 2, -1) < 0 && errno != EINTR) return;
    if (events[0].revents) return;
    if (events[1].revents) {
      forget_view();
      drop_standing();
    }
  }
}

static bool fits(const struct spec *spec) {
  char **a = spec->wrap, **b = made_for.wrap;
  while (*a && *b && !strcmp(*a, *b)) a++, b++;
  return !*a && !*b && spec->overlay && !strcmp(spec->dir, made_for.dir);
}

static bool has_ended(void) {
  siginfo_t info = {0};
  return waitid(P_PID, (id_t)ready.pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid;
}

/// Has the overlay mounted and returns whether that worked.
static bool mount_overlay(const char *options) {
  struct pollfd answer = {.fd = ready.status, .events = POLLIN};
  struct status status;
  size_t length = strlen(options) + 1;
  if (write(ready.overlay, options, length) != (ssize_t)length) return false;
  while (poll(&answer, 1, MOUNT_PATIENCE_MS) < 0 && errno == EINTR) {
  }
  return read(ready.status, &status, sizeof status) == sizeof status && status.kind == 'M';
}

bool take_standing(const struct spec *spec, struct child *child) {
  if (!ready.pid) return false;
  if (!fits(spec) || mounts_changed() || has_ended() || !mount_overlay(spec->overlay)) {
    drop_standing();
    return false;
  }
  *child = ready;
  ready.pid = 0;
  spec_free(&made_for);
  return true;
}
