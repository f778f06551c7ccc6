// SPDX-License-Identifier: Apache-2.0
//
// The last steps before a command: directories, working directory, signals, and the change into the command itself.
#define _GNU_SOURCE
#include "run.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Gives every signal its default action again, and blocks none: whoever started us may have ignored some.
void reset_signals(void) {
  // The C library keeps two signals for itself and would not let us touch them, but they may be ignored as well.
  char all_default[64] = {0};
  for (int number = 1; number < NSIG; number++) syscall(SYS_rt_sigaction, number, all_default, NULL, 8);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

void complain(struct status *status, char kind, const char *format, ...) {
  va_list values;
  status->kind = kind;
  va_start(values, format);
  vsnprintf(status->message, sizeof status->message, format, values);
  va_end(values);
}

void send_status(int fd, const struct status *status) {
  while (write(fd, status, sizeof *status) < 0 && errno == EINTR) {
  }
}

/// Creates `path` and its parents below the current directory; symbolic links on the way are followed.
static bool make_directories(const char *path) {
  char part[4096];
  size_t length = strlen(path);
  if (length >= sizeof part) {
    errno = ENAMETOOLONG;
    return false;
  }
  for (size_t i = 1; i <= length; i++) {
    if (i < length && path[i] != '/') continue;
    memcpy(part, path, i);
    part[i] = 0;
    struct stat found;
    if (mkdir(part, 0777) && errno != EEXIST) return false;
    if (stat(part, &found)) return false;
    if (!S_ISDIR(found.st_mode)) {
      errno = ENOTDIR;
      return false;
    }
  }
  return true;
}

/// Makes the directories that the command needs, and changes into its working directory.
bool enter(const struct spec *spec, struct status *status) {
  if (chdir(spec->root)) {
    complain(status, 'E', "Cannot enter the input root `%s`: %s", spec->root, strerror(errno));
    return false;
  }
  for (char **path = spec->mkdirs; *path; path++) {
    if (!make_directories(*path)) {
      complain(status, 'I', "Directory `%s` cannot be created in the input tree: %s", *path, strerror(errno));
      return false;
    }
  }
  if (*spec->cwd && chdir(spec->cwd)) {
    complain(status, 'I', "Working directory `%s` cannot be entered: %s", spec->cwd, strerror(errno));
    return false;
  }
  return true;
}

/// Turns this process into the command, in a session of its own. A command that cannot be run ends as in a shell.
_Noreturn void become(const struct spec *spec) {
  setsid();
  close_range(3, ~0U, 0);
  reset_signals();
  environ = spec->env;
  execvp(spec->args[0], spec->args);
  int problem = errno;
  dprintf(2, "steading: cannot run `%s`: %s\n", spec->args[0], strerror(problem));
  _exit(problem == ENOENT || problem == ENOTDIR ? 127 : 126);
}
