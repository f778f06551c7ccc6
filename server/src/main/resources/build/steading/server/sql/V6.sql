-- SPDX-License-Identifier: Apache-2.0
-- What addresses stand for.

CREATE TABLE assets (
  id INTEGER PRIMARY KEY,       -- in the order of storing
  key TEXT NOT NULL UNIQUE,
  digest TEXT NOT NULL,
  since INTEGER NOT NULL,
  expires INTEGER
);
