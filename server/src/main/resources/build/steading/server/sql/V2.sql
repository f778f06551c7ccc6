-- SPDX-License-Identifier: Apache-2.0
-- Who may join, and who has. Roles, kinds and states are named as in Java; durations are microseconds.

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL,          -- SHA-256 of the secret, which is kept nowhere
  kind TEXT NOT NULL,
  role TEXT NOT NULL,
  name TEXT,
  replaces INTEGER NOT NULL,
  uses INTEGER NOT NULL,
  used INTEGER NOT NULL,
  life INTEGER NOT NULL,
  creator TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_user TEXT,
  last_used INTEGER
) WITHOUT ROWID;

CREATE TABLE members (
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  key TEXT NOT NULL,           -- SHA-256 of the public key
  issued INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  state TEXT NOT NULL,
  seen INTEGER,
  token TEXT NOT NULL,
  PRIMARY KEY (role, name)
) WITHOUT ROWID;
