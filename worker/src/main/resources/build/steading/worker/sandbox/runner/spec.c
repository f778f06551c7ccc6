// SPDX-License-Identifier: Apache-2.0
//
// The specification: `key=value` fields, each ended by a NUL byte, and an empty field at the end of all.
#define _GNU_SOURCE
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST_SPEC = 64 << 20 };

static bool complete(const struct spec *spec) {
  size_t n = spec->length;
  return n >= 2 && spec->bytes[n - 1] == 0 && spec->bytes[n - 2] == 0;
}

/// Reads up to the empty field, or to the end of the file. Returns whether all of it came.
bool spec_read(int fd, struct spec *spec) {
  size_t capacity = 0;
  memset(spec, 0, sizeof *spec);
  while (!complete(spec)) {
    if (spec->length == capacity) {
      capacity = capacity ? capacity * 2 : 64 << 10;
      char *grown = capacity > LONGEST_SPEC ? NULL : realloc(spec->bytes, capacity);
      if (!grown) return false;
      spec->bytes = grown;
    }
    ssize_t n = read(fd, spec->bytes + spec->length, capacity - spec->length);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    spec->length += (size_t)n;
  }
  return true;
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
}

/// Splits a copy of the bytes into fields.
void spec_parse(struct spec *spec) {
  char *bytes = malloc(spec->length);
  size_t fields = 2;
  for (size_t i = 0; i < spec->length; i++) fields += spec->bytes[i] == 0;
  spec->wrap = calloc(fields, sizeof(char *));
  char **mkdirs = spec->mkdirs = calloc(fields, sizeof(char *));
  char **args = spec->args = calloc(fields, sizeof(char *));
  char **env = spec->env = calloc(fields, sizeof(char *));
  if (!bytes || !spec->wrap || !mkdirs || !args || !env) _exit(70);
  memcpy(bytes, spec->bytes, spec->length);
  spec->dir = "/";
  spec->root = "/";
  spec->cwd = "";
  char *end = bytes + spec->length;
  for (char *field = bytes, *next; field < end && *field; field = next) {
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
