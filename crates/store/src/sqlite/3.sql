-- What a row adds to the sums: how much of a class of things. NULL and 0: nothing. NULL and -1: nobody
-- has said yet, for the row was written before there were sums; whoever knows the kinds says it at start.
ALTER TABLE resource ADD class TEXT;
ALTER TABLE resource ADD amount INTEGER NOT NULL DEFAULT -1;
CREATE INDEX resource_uncounted ON resource (seq) WHERE amount < 0;
-- What the rows of a class come to: over all days (-1), and for each day of creation, counted from
-- 1970. A class in which nothing is has no row.
CREATE TABLE sums (
    account INTEGER NOT NULL, day INTEGER NOT NULL, kind TEXT NOT NULL, class TEXT NOT NULL,
    things INTEGER NOT NULL, amount INTEGER NOT NULL,
    seconds INTEGER NOT NULL,                   -- of the day before each creation, times the amount
    PRIMARY KEY (account, day, kind, class)
) STRICT, WITHOUT ROWID;
