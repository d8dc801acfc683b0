CREATE TABLE resource (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT, -- order of creation, never given twice: the cursor
    id       BLOB    NOT NULL UNIQUE,
    account  INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    version  INTEGER NOT NULL DEFAULT 1,        -- grows with every change of `desired`
    deleting INTEGER NOT NULL DEFAULT 0,
    created  INTEGER NOT NULL,                  -- ms
    due      INTEGER,                           -- when to look next, in ms; NULL: when woken
    lease    INTEGER NOT NULL DEFAULT 0,        -- until when one engine holds it, in ms; 0: nobody
    tries    INTEGER NOT NULL DEFAULT 0,
    error    TEXT,
    desired  TEXT    NOT NULL,
    observed TEXT    NOT NULL
) STRICT;
CREATE INDEX resource_due ON resource (due) WHERE due IS NOT NULL;
-- Every list that can be asked for, and its length: all of a kind (field and value empty), those
-- with one label, in one region, of one parent. A list in which nothing stands has no row.
CREATE TABLE list (
    id INTEGER PRIMARY KEY, account INTEGER NOT NULL, kind TEXT NOT NULL,
    field TEXT NOT NULL, value TEXT NOT NULL, total INTEGER NOT NULL,
    UNIQUE (account, kind, field, value)
) STRICT;
CREATE TABLE entry (
    list INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (list, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_seq ON entry (seq);          -- the lists that a row leaves when it goes
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, account INTEGER NOT NULL,
    user BLOB NOT NULL, op TEXT NOT NULL, resource BLOB NOT NULL
) STRICT;
CREATE INDEX audit_account ON audit (account, seq);
-- Values that only one row can hold: addresses, names that must be free.
CREATE TABLE taken (
    scope TEXT NOT NULL, value TEXT NOT NULL, owner BLOB NOT NULL, PRIMARY KEY (scope, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX taken_owner ON taken (owner);
-- What the simulated drivers keep: the world outside, not Kettle's own state.
CREATE TABLE world (
    kind TEXT NOT NULL, id BLOB NOT NULL, state TEXT NOT NULL, PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
