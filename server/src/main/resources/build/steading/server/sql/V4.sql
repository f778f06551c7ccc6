-- SPDX-License-Identifier: Apache-2.0
-- What finds a build in place of another one, and what tells how long tasks take. Builds and tasks of before are found by neither.

-- BuildSpec.recipe; empty for snapshots.
ALTER TABLE builds ADD COLUMN recipe TEXT NOT NULL DEFAULT '';
ALTER TABLE builds ADD COLUMN root TEXT NOT NULL DEFAULT '';
ALTER TABLE builds ADD COLUMN commit_id TEXT NOT NULL DEFAULT '';
CREATE INDEX builds_by_recipe ON builds (recipe, id) WHERE state = 'SUCCEEDED' AND recipe <> '';

ALTER TABLE tasks ADD COLUMN project TEXT NOT NULL DEFAULT '';
CREATE INDEX tasks_history ON tasks (project, name, ended) WHERE state = 'SUCCEEDED' AND cached = 0 AND joined = 0;

ALTER TABLE requests ADD COLUMN priority TEXT NOT NULL DEFAULT 'INTERACTIVE';
