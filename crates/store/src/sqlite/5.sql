-- Since when a row adds to the sums what it adds, in ms, and what it owed before: of what was there,
-- since it was created.
ALTER TABLE resource ADD since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE resource ADD owed INTEGER NOT NULL DEFAULT 0;
UPDATE resource SET since = created WHERE class IS NOT NULL;
-- What happened in an account, for as long as somebody wants to know.
CREATE TABLE event (
    seq INTEGER PRIMARY KEY, account INTEGER NOT NULL, at INTEGER NOT NULL, level TEXT NOT NULL,
    topic TEXT NOT NULL, subject TEXT NOT NULL, told TEXT NOT NULL
) STRICT;
CREATE INDEX event_at ON event (account, at);
