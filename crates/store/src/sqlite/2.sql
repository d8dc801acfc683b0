-- It was written and never read.
DROP TABLE audit;
-- An address among the unique values has its place among the numbers.
ALTER TABLE taken ADD COLUMN place INTEGER;
-- The places that are taken, as runs without a gap; none goes beyond a block of 4096.
CREATE TABLE run (
    scope TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (scope, first)
) STRICT, WITHOUT ROWID;
-- The first passwords of servers, which API v1 tells, were kept among what drivers know. They go with
-- the server now: its own values. Of its numbers one direction is enough.
INSERT INTO taken (scope, value, owner) SELECT 'v1:password',
    lower(substr(hex(id), 1, 8) || '-' || substr(hex(id), 9, 4) || '-' || substr(hex(id), 13, 4) || '-'
        || substr(hex(id), 17, 4) || '-' || substr(hex(id), 21)) || ' ' || json_extract(state, '$'), id
    FROM world WHERE kind = 'v1-password'
    AND (id IN (SELECT id FROM resource) OR NOT EXISTS (SELECT 1 FROM resource));
DELETE FROM world WHERE kind = 'v1-password';
DELETE FROM taken WHERE scope LIKE 'v1:%:number';
-- What is gone has no number any more. Where there are no rows at all, the things are elsewhere.
DELETE FROM taken WHERE scope LIKE 'v1:%' AND EXISTS (SELECT 1 FROM resource)
    AND owner NOT IN (SELECT id FROM resource);
