-- Grows with every put and every settlement: with `seq` it names one state of a row for good.
ALTER TABLE resource ADD stamp INTEGER NOT NULL DEFAULT 1;
-- The states of a page's rows are read here: the rows themselves are long.
CREATE INDEX resource_stamp ON resource (seq, stamp, id);
