-- How often everything was emptied or restored (`number`): what was begun before that is void, and with
-- it the states of rows are told apart from those of before. Of a copy of all of it: when it was made, in
-- ms (`saved`).
CREATE TABLE epoch (id INTEGER PRIMARY KEY, number INTEGER NOT NULL, saved INTEGER) STRICT;
INSERT INTO epoch (id, number) VALUES (1, 0);
