-- It was written and never read.
DROP TABLE audit;
-- An address among the unique values has its place among the numbers.
ALTER TABLE taken ADD COLUMN place INTEGER;
-- The places that are taken, as runs without a gap; none goes beyond a block of 4096.
CREATE TABLE run (
    scope TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (scope, first)
) STRICT, WITHOUT ROWID;
