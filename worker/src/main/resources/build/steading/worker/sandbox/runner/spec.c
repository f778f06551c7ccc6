// SPDX-License-Identifier: Apache-2.0
//
// The specification: its length in 4 bytes, the most significant first, then `key=value` fields, each ended by a NUL
// byte.
#define _GNU_SOURCE
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST_SPEC = 64 << 20, LENGTH_BYTES = 4 };

static bool read_exactly(int fd, void *to, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t n = read(fd, (char *)to + done, length - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += (size_t)n;
  }
  return true;
}

/// Reads one specification. Returns whether all of it came. Requests to end what has ended meanwhile come to nothing.
bool spec_read(int fd, struct spec *spec) {
  unsigned char head[LENGTH_BYTES];
  memset(spec, 0, sizeof *spec);
  do {
    if (!read_exactly(fd, head, 1)) return false;
  } while (head[0] == CANCEL);
  if (!read_exactly(fd, head + 1, LENGTH_BYTES - 1)) return false;
  size_t length = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
  if (length < 1 || length > LONGEST_SPEC) return false;
  spec->length = LENGTH_BYTES + length;
  spec->bytes = malloc(spec->length);
  if (!spec->bytes) return false;
  memcpy(spec->bytes, head, LENGTH_BYTES);
  return read_exactly(fd, spec->bytes + LENGTH_BYTES, length) && spec->bytes[spec->length - 1] == 0;
}

void spec_free(struct spec *spec) {
  free(spec->bytes);
  free(spec->text);
  free(spec->wrap);
  free(spec->mkdirs);
  free(spec->args);
  free(spec->env);
}

static void append(char **list, char *value) {
  while (*list) list++;
  *list = value;
}

static void set(struct spec *spec, const char *key, char *value) {
  if (!strcmp(key, "dir")) spec->dir = value;
  if (!strcmp(key, "overlay")) spec->overlay = value;
  if (!strcmp(key, "root")) spec->root = value;
  if (!strcmp(key, "cwd")) spec->cwd = value;
  if (!strcmp(key, "wrap")) append(spec->wrap, value);
  if (!strcmp(key, "timeout-ms")) spec->timeout_ms = atoll(value);
  if (!strcmp(key, "grace-ms")) spec->grace_ms = atoll(value);
  if (!strcmp(key, "memory")) spec->memory = atoll(value);
  if (!strcmp(key, "tasks")) spec->tasks = atoll(value);
  if (!strcmp(key, "file-bytes")) spec->file_bytes = atoll(value);
  if (!strcmp(key, "nice")) spec->nice = atoi(value);
}

/// Splits a copy of the bytes into fields.
void spec_parse(struct spec *spec) {
  size_t length = spec->length - LENGTH_BYTES, fields = 2;
  spec->text = malloc(length);
  for (size_t i = LENGTH_BYTES; i < spec->length; i++) fields += spec->bytes[i] == 0;
  spec->wrap = calloc(fields, sizeof(char *));
  char **mkdirs = spec->mkdirs = calloc(fields, sizeof(char *));
  char **args = spec->args = calloc(fields, sizeof(char *));
  char **env = spec->env = calloc(fields, sizeof(char *));
  if (!spec->text || !spec->wrap || !mkdirs || !args || !env) _exit(70);
  memcpy(spec->text, spec->bytes + LENGTH_BYTES, length);
  spec->dir = "/";
  spec->root = "/";
  spec->cwd = "";
  for (char *field = spec->text, *next; field < spec->text + length; field = next) {
    next = field + strlen(field) + 1;
    char *value = strchr(field, '=');
    if (!value) continue;
    *value++ = 0;
    if (!strcmp(field, "arg")) *args++ = value;
    else if (!strcmp(field, "env")) *env++ = value;
    else if (!strcmp(field, "mkdir")) *mkdirs++ = value;
    else set(spec, field, value);
  }
}
