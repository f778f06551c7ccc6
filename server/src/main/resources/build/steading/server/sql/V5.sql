-- SPDX-License-Identifier: Apache-2.0
-- What names a request to whoever sent it, so that a request sent again is not a second one.

ALTER TABLE requests ADD COLUMN key TEXT;
CREATE UNIQUE INDEX requests_by_key ON requests (key) WHERE key IS NOT NULL;
