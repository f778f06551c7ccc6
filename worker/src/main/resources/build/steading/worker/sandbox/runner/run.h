// SPDX-License-Identifier: Apache-2.0
//
// steading-run: the parent of every action. It runs one command after the other, relays what each prints, enforces
// limits, and leaves no process behind.
//
//   steading-run                          the runner: reads specifications from standard input, see spec.c
//   steading-run --init SPEC STATUS CTL   process 1 of a sandbox; the arguments are file descriptors, see init.c
//
// Standard output is, for each command, a log in the form of LogFormat (core): records of source 1 and 2, and a last
// one of source 255 whose text says how the command ended, see run.c. The byte `T` on standard input asks a running
// command to end. A specification without a command has a sandbox stand ready for the next one, see standby.c, and is
// not answered. At the end of standard input, as when the worker dies, everything is killed at once.
#ifndef STEADING_RUN_H
#define STEADING_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

/// What to run. Lists end with NULL.
struct spec {
  char *bytes;           // as read
  size_t length;
  char *text;            // what the strings below point into
  const char *dir;       // where the runner works; other paths are relative to it
  const char *overlay;   // options of an overlay to mount on `root` in `dir`; NULL: none
  const char *root;      // the input root as the command sees it, absolute
  const char *cwd;       // working directory, relative to `root`
  char **wrap;           // the sandbox program and its arguments; empty: none
  char **mkdirs;         // directories to create below `root`
  char **args, **env;    // the command
  long long timeout_ms;  // 0: none
  long long grace_ms;    // between SIGTERM and SIGKILL
  long long memory;      // bytes of all processes together; 0: no limit
  long long tasks;       // processes and threads together; 0: no limit
  long long file_bytes;  // size of one file; 0: no limit
  int nice;              // how much others go first, up to 19; 0: as the runner
};

/// What a sandbox's process 1, or whoever should become it, tells the runner. Small enough to be written at once.
struct status {
  char kind;  // 'S' started, 'X' exited, 'I' invalid: the action is at fault, 'E' error: the machine is, 'M' mounted
  int code, signal;
  long long cpu_micros, peak_bytes;
  char message[512];
};

/// A process that was forked for a command, and our ends of its pipes; -1 where there is none.
struct child {
  pid_t pid;
  int out, err, status;
  int control;  // takes orders to process 1 of its sandbox
  int spec;     // memory, from which process 1 reads what to run when it is told to
  int overlay;  // takes the options of the overlay, where it is mounted last
};

/// The other ends.
struct ends {
  int out, err, status, control, spec, overlay;
  int overlay_ours;  // of the same pipe
};

/// Orders to process 1, and to the runner itself the first.
enum { CANCEL = 'T', GO = 'G' };

/// What a set of processes uses now.
struct usage {
  long long tasks, bytes;
};

/// What processes that have ended had used.
struct ended {
  int status;  // of the one that was waited for, as from wait(2); -1: not yet
  long long cpu_micros, peak_bytes;
};

// spec.c
bool spec_read(int fd, struct spec *spec);
void spec_free(struct spec *spec);
void spec_parse(struct spec *spec);

// command.c
void reset_signals(void);
bool enter(const struct spec *spec, struct status *status);
_Noreturn void become(const struct spec *spec);
void complain(struct status *status, char kind, const char *format, ...) __attribute__((format(printf, 3, 4)));
void send_status(int fd, const struct status *status);

// init.c
int init_main(int spec_fd, int status_fd, int control_fd);

// child.c
extern const struct child NO_CHILD;
bool start_child(const struct spec *spec, bool ahead, struct child *child, struct status *failure);
void go(const struct spec *spec, struct child *child, struct status *failure);
void close_child(struct child *child);

// standby.c

/// Has a sandbox stand ready in place of the last one that did; it takes over `spec`, which names no command.
void stand_ready(struct spec *spec);

/// Takes the sandbox that stands ready, if it is what `spec` asks for; if not, it is gone as well.
bool take_standing(const struct spec *spec, struct child *child);

/// Returns when there is something to read on standard input, at the latest.
void idle(void);

/// Ends what stands ready. Nothing else runs meanwhile.
void drop_standing(void);

// view.c

/// Returns a descriptor on which poll(2) reports POLLPRI, once, when mounts of the machine have come or gone; -1: there
/// is none. Whoever sees it calls [forget_view].
int watch_mounts(void);
void forget_view(void);

/// Returns whether mounts have come or gone since [refresh_view], which must have been called.
bool mounts_changed(void);

/// Has sandboxes begin with the machine's mounts as they are now, without those that no command is to see.
///
/// @param kept a path that stays reachable
void refresh_view(const char *kept);

/// Begins there, in the working directory `dir`, an absolute path.
bool enter_view(const char *dir);

// sandbox.c
_Noreturn void become_sandbox(const struct spec *spec, const struct ends *ends);
void limit_resources(const struct spec *spec);

// processes.c
struct usage scan_descendants(int signal);
bool reap_all(pid_t wanted, struct ended *ended);
long long cpu_micros(const struct rusage *used);

#endif
