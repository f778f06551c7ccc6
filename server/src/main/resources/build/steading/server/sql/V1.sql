-- SPDX-License-Identifier: Apache-2.0
-- Times are microseconds since 1970-01-01 UTC; digests are `hash/size`.

CREATE TABLE builds (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  repository TEXT NOT NULL,
  spec BLOB NOT NULL,          -- build.steading.api.v1.BuildSpec
  state TEXT NOT NULL,
  note TEXT NOT NULL,
  created INTEGER NOT NULL,
  started INTEGER,
  ended INTEGER,
  artifacts TEXT
);
CREATE INDEX builds_by_repository ON builds (repository, id);
CREATE INDEX builds_unfinished ON builds (id) WHERE state IN ('QUEUED', 'RUNNING');

CREATE TABLE tasks (
  build INTEGER NOT NULL REFERENCES builds (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  exit_code INTEGER NOT NULL,
  cached INTEGER NOT NULL,
  joined INTEGER NOT NULL,
  note TEXT NOT NULL,
  action TEXT,
  worker TEXT NOT NULL,
  ready INTEGER,
  started INTEGER,
  ended INTEGER,
  log TEXT,
  outputs TEXT,
  PRIMARY KEY (build, position)
) WITHOUT ROWID;

CREATE TABLE requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  build INTEGER NOT NULL REFERENCES builds (id) ON DELETE CASCADE,
  requester TEXT NOT NULL,
  revision TEXT NOT NULL,
  joined INTEGER NOT NULL,
  time INTEGER NOT NULL,
  out TEXT,
  state TEXT NOT NULL,
  note TEXT NOT NULL
);
CREATE INDEX requests_by_build ON requests (build);

CREATE TABLE warm (
  task TEXT NOT NULL,
  commit_id TEXT NOT NULL,
  path TEXT NOT NULL,
  tree TEXT NOT NULL,
  input_root TEXT NOT NULL,
  saved INTEGER NOT NULL,
  PRIMARY KEY (task, commit_id, path)
) WITHOUT ROWID;
