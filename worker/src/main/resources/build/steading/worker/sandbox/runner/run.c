// SPDX-License-Identifier: Apache-2.0
//
// The runner's loop: one thread, one poll(2). Output is read only while none waits to be written, so that a command
// which floods us waits, but limits hold whatever the reader of the log does.
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
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 64 << 10, HEADER = 13, WATCH_MS = 250, GLANCE_MS = 50, SWEEP_MS = 2, SANDBOX_TASKS = 2, END_SOURCE = 255 };
enum { STDIN, SIGNALS, STATUS, STDOUT, OUT, ERR, EVENTS };

static const int WATCHED[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP};
static sigset_t watched;

struct run {
  struct spec spec;
  struct child child;
  int signals;
  bool started, exited, terminating, killing, child_gone;
  const char *reason;    // why we ended it: `timeout`, `cancelled`, `memory`, `tasks`, `abandoned`; NULL: we did not
  struct status end;     // of kind 'X' once the command ended
  struct status failure; // of kind 'I' or 'E' if the command never started
  long long started_us, ended_us, deadline_ms, kill_ms, watch_ms, glance_ms, peak_bytes;
  long tasks_before;     // of the whole machine
  struct ended children;
  size_t pending, written;
  unsigned char buffer[2 * (HEADER + CHUNK)];
};

static long long now(clockid_t clock, long long units_per_second) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * units_per_second + t.tv_nsec / (1000000000LL / units_per_second);
}

static long long now_ms(void) { return now(CLOCK_MONOTONIC, 1000); }
static long long now_us(void) { return now(CLOCK_REALTIME, 1000000); }

static void put_big_endian(unsigned char *to, uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; i--, value >>= 8) to[i] = (unsigned char)value;
}

static void put_header(unsigned char *to, int source, size_t length) {
  to[0] = (unsigned char)source;
  put_big_endian(to + 1, (uint64_t)now_us(), 8);
  put_big_endian(to + 9, length, 4);
}

/// Turns what can be read now into one record. Returns whether there was any; closes `fd` at its end.
static bool pump(struct run *run, int *fd, int source) {
  unsigned char *record = run->buffer + run->pending;
  if (*fd < 0) return false;
  ssize_t n = read(*fd, record + HEADER, CHUNK);
  if (n > 0) {
    put_header(record, source, (size_t)n);
    run->pending += HEADER + (size_t)n;
    return true;
  }
  if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
    close(*fd);
    *fd = -1;
  }
  return false;
}

static void flush(struct run *run) {
  ssize_t n = write(1, run->buffer + run->written, run->pending - run->written);
  if (n > 0) run->written += (size_t)n;
  if (run->written == run->pending) run->written = run->pending = 0;
}

/// Asks all processes of the command to end; those that have not within the time of grace are killed.
static void terminate(struct run *run, const char *reason) {
  if (run->terminating || run->killing) return;
  run->reason = reason;
  run->terminating = true;
  run->kill_ms = now_ms() + run->spec.grace_ms;
  if (!*run->spec.wrap) scan_descendants(SIGTERM);
  else if (write(run->child.control, (char[]){CANCEL}, 1) < 0) run->kill_ms = now_ms();
}

/// Ends all processes at once: those of a sandbox with its process 1, if that gets its turn, and with sweep() anyway.
static void kill_all(struct run *run, const char *reason) {
  if (!run->reason) run->reason = reason;
  run->killing = true;
  if (*run->spec.wrap && !run->child_gone) {
    kill(run->child.pid, SIGKILL);
    if (run->child.control >= 0) close(run->child.control);
    run->child.control = -1;
  }
}

static void watch(struct run *run) {
  long long begin = now_ms();
  struct usage usage = scan_descendants(0);
  long long cost = now_ms() - begin;
  if (usage.bytes > run->peak_bytes) run->peak_bytes = usage.bytes;
  if (run->spec.memory && usage.bytes > run->spec.memory) kill_all(run, "memory");
  if (run->spec.tasks && usage.tasks > run->spec.tasks + (*run->spec.wrap ? SANDBOX_TASKS : 0)) kill_all(run, "tasks");
  long long pause = run->spec.memory ? GLANCE_MS : WATCH_MS;
  run->watch_ms = now_ms() + (50 * cost > pause ? 50 * cost : pause);
}

static long tasks_of_machine(void) {
  struct sysinfo info;
  return sysinfo(&info) ? 0 : info.procs;
}

/// A look that costs nothing, so that a fork bomb is noticed before it has made thousands of processes.
static void glance(struct run *run) {
  run->glance_ms = now_ms() + GLANCE_MS;
  if (run->spec.tasks && tasks_of_machine() - run->tasks_before > run->spec.tasks) run->watch_ms = 0;
}

/// Takes one message, if there is one. Returns whether there was.
static bool receive_status(struct run *run) {
  struct status status;
  if (run->child.status < 0) return false;
  ssize_t n = read(run->child.status, &status, sizeof status);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (n != sizeof status) {
    close(run->child.status);
    run->child.status = -1;
    return false;
  }
  if (status.kind == 'S') {
    run->started = true;
    run->started_us = now_us();
    if (run->spec.timeout_ms) run->deadline_ms = now_ms() + run->spec.timeout_ms;
  } else if (status.kind == 'X') {
    run->exited = true;
    run->end = status;
    run->ended_us = now_us();
  } else {
    run->failure = status;
  }
  return true;
}

/// Without a sandbox nobody reports the end of the command but the kernel.
static void note_plain_end(struct run *run) {
  int status = run->children.status;
  run->exited = true;
  run->ended_us = now_us();
  run->end.code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  run->end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/// Returns whether all processes are gone. Once the main one is, the others are killed: stopped first, so that they
/// cannot multiply meanwhile.
static bool sweep(struct run *run) {
  bool left = reap_all(run->child.pid, &run->children);
  if (!run->child_gone && run->children.status >= 0) {
    run->child_gone = true;
    while (receive_status(run)) {
    }
    if (!*run->spec.wrap && run->started) note_plain_end(run);
  }
  if (left && (run->child_gone || run->killing)) {
    scan_descendants(SIGSTOP);
    scan_descendants(SIGKILL);
    left = reap_all(run->child.pid, &run->children);
  }
  return !left;
}

static void on_signals(struct run *run) {
  struct signalfd_siginfo info;
  while (read(run->signals, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo != SIGCHLD) terminate(run, "cancelled");
  }
}

/// Whoever started us wants the command to end, or is gone.
static void on_input(struct run *run) {
  char order;
  ssize_t n = read(0, &order, 1);
  if (n == 1 && order == CANCEL) terminate(run, "cancelled");
  else if (n >= 0 || errno != EINTR) kill_all(run, "abandoned");
}

static int patience(const struct run *run) {
  if (run->killing || run->child_gone) return SWEEP_MS;
  long long next = run->watch_ms < run->glance_ms ? run->watch_ms : run->glance_ms;
  if (run->terminating && run->kill_ms < next) next = run->kill_ms;
  if (run->deadline_ms && !run->terminating && run->deadline_ms < next) next = run->deadline_ms;
  long long wait = next - now_ms();
  return wait < 0 ? 0 : (int)wait;
}

static void keep_time(struct run *run) {
  long long time = now_ms();
  if (run->killing || run->child_gone) return;
  if (run->terminating && time >= run->kill_ms) kill_all(run, NULL);
  else if (run->deadline_ms && time >= run->deadline_ms) terminate(run, "timeout");
  if (time >= run->glance_ms) glance(run);
  if (time >= run->watch_ms) watch(run);
}

static void step(struct run *run) {
  bool idle = run->pending == 0;
  struct pollfd events[EVENTS] = {
      [STDIN] = {.fd = run->killing ? -1 : 0, .events = POLLIN},
      [SIGNALS] = {.fd = run->signals, .events = POLLIN},
      [STATUS] = {.fd = run->child.status, .events = POLLIN},
      [STDOUT] = {.fd = idle ? -1 : 1, .events = POLLOUT},
      [OUT] = {.fd = idle ? run->child.out : -1, .events = POLLIN},
      [ERR] = {.fd = idle ? run->child.err : -1, .events = POLLIN},
  };
  if (poll(events, EVENTS, patience(run)) < 0) return;
  if (events[OUT].revents) pump(run, &run->child.out, 1);
  if (events[ERR].revents) pump(run, &run->child.err, 2);
  if (run->pending) flush(run);
  if (events[STDIN].revents) on_input(run);
  if (events[STDOUT].revents & (POLLERR | POLLHUP)) kill_all(run, "abandoned");
  if (events[SIGNALS].revents) on_signals(run);
  if (events[STATUS].revents) receive_status(run);
  keep_time(run);
}

static void write_all(const void *bytes, size_t length) {
  for (const char *from = bytes; length > 0;) {
    ssize_t n = write(1, from, length);
    if (n < 0 && errno != EINTR) return;
    if (n > 0) from += n, length -= (size_t)n;
  }
}

/// Passes on what is left in the pipes: whoever could write more is dead.
static void drain(struct run *run) {
  fcntl(1, F_SETFL, 0);
  do {
    write_all(run->buffer + run->written, run->pending - run->written);
    run->pending = run->written = 0;
    pump(run, &run->child.out, 1);
    pump(run, &run->child.err, 2);
  } while (run->pending);
}

/// Writes the last record: `key=value` lines.
static void report(struct run *run) {
  unsigned char record[HEADER + 1024];
  char *text = (char *)record + HEADER;
  bool told = run->end.kind == 'X';
  long long cpu = told ? run->end.cpu_micros : run->children.cpu_micros;
  long long peak = told || *run->spec.wrap ? run->end.peak_bytes : run->children.peak_bytes;
  if (run->peak_bytes > peak) peak = run->peak_bytes;
  if (!run->exited) run->end.signal = SIGKILL;
  if (!run->ended_us) run->ended_us = now_us();
  if (!run->failure.kind && !run->started) complain(&run->failure, 'E', "The sandbox could not be set up");
  bool failed = !run->started;
  int length = snprintf(text, 1024,
                        "code=%d\nsignal=%d\nreason=%s\nstart-us=%lld\nend-us=%lld\ncpu-us=%lld\npeak=%lld\n"
                        "failure=%.1s\nmessage=%s\n",
                        run->end.code, run->end.signal, run->reason ? run->reason : "", run->started_us, run->ended_us,
                        cpu, peak, failed ? &run->failure.kind : "", failed ? run->failure.message : "");
  put_header(record, END_SOURCE, (size_t)length);
  write_all(record, HEADER + (size_t)length);
}

static void start(struct run *run) {
  if (!take_standing(&run->spec, &run->child)) {
    if (*run->spec.wrap) refresh_view(run->spec.dir);
    if (!start_child(&run->spec, false, &run->child, &run->failure)) return;
  }
  go(&run->spec, &run->child, &run->failure);
}

static void settle(struct run *run) {
  setsid();
  umask(022);
  close_range(3, ~0U, 0);
  reset_signals();
  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  // Among thousands of processes that all want to run we must still get our turn. Only the superuser is allowed this.
  struct sched_param lowest = {.sched_priority = 1};
  sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &lowest);
  run->signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
}

/// Runs one command after the other in the same struct, but for what outlives each of them.
static void begin(struct run *run) {
  int signals = run->signals;
  struct spec spec = run->spec;
  memset(run, 0, offsetof(struct run, buffer));
  run->signals = signals;
  run->spec = spec;
  run->children.status = -1;
  run->child = NO_CHILD;
  run->watch_ms = run->glance_ms = now_ms() + GLANCE_MS;
  run->tasks_before = tasks_of_machine();
}

static void finish(struct run *run) {
  close_child(&run->child);
  spec_free(&run->spec);
}

static void serve(struct run *run) {
  begin(run);
  start(run);
  if (run->child.pid > 0) {
    fcntl(1, F_SETFL, O_NONBLOCK);
    while (!sweep(run)) step(run);
    drain(run);
  }
  report(run);
  finish(run);
}

int main(int argc, char **argv) {
  static struct run run;
  if (argc == 5 && !strcmp(argv[1], "--init")) return init_main(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
  sigemptyset(&watched);
  for (size_t i = 0; i < sizeof WATCHED / sizeof *WATCHED; i++) sigaddset(&watched, WATCHED[i]);
  settle(&run);
  for (idle(); spec_read(0, &run.spec); idle()) {
    sigprocmask(SIG_BLOCK, &watched, NULL);
    spec_parse(&run.spec);
    if (*run.spec.args) serve(&run);
    else if (*run.spec.wrap) stand_ready(&run.spec);
    else return 2;
    // While there is nothing to look after, signals may end us.
    sigprocmask(SIG_UNBLOCK, &watched, NULL);
  }
  drop_standing();
  return 0;
}
