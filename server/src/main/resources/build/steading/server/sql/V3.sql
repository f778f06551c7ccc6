-- SPDX-License-Identifier: Apache-2.0
-- Who is told how builds ended.

ALTER TABLE requests ADD COLUMN email TEXT;

-- Of builds from before, nobody is told whether they changed anything.
ALTER TABLE builds ADD COLUMN line TEXT NOT NULL DEFAULT '';   -- what the builds of one branch have in common
CREATE INDEX builds_by_line ON builds (line, ended);

CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dedup_key TEXT NOT NULL UNIQUE,
  build INTEGER NOT NULL REFERENCES builds (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  recipient TEXT NOT NULL,
  request INTEGER,
  lane TEXT NOT NULL,
  created INTEGER NOT NULL,
  state TEXT NOT NULL,
  tries INTEGER NOT NULL,
  due INTEGER NOT NULL,
  error TEXT NOT NULL
);
CREATE INDEX messages_by_build ON messages (build);
CREATE INDEX messages_due ON messages (lane, due, id) WHERE state IN ('PENDING', 'SENDING');
CREATE INDEX messages_failed ON messages (id) WHERE state = 'FAILED';
