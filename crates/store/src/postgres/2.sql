-- It was written and never read.
DROP TABLE audit;
-- The first passwords of servers, which API v1 tells, were kept among what drivers know. They go with
-- the server now: its own values. Of its numbers one direction is enough.
INSERT INTO taken (scope, value, owner)
    SELECT 'v1:password', id || ' ' || (state::json #>> '{}'), id FROM world WHERE kind = 'v1-password'
    AND (id IN (SELECT id FROM resource) OR NOT EXISTS (SELECT FROM resource));
DELETE FROM world WHERE kind = 'v1-password';
DELETE FROM taken WHERE scope LIKE 'v1:%:number';
-- What is gone has no number any more. Where there are no rows at all, the things are elsewhere.
DELETE FROM taken WHERE scope LIKE 'v1:%' AND EXISTS (SELECT FROM resource)
    AND owner NOT IN (SELECT id FROM resource);
-- Which server holds a row, so that its leases end with it.
ALTER TABLE resource ADD COLUMN holder integer NOT NULL DEFAULT 0;
CREATE INDEX resource_held ON resource (holder) WHERE lease <> 0;
-- An address among the unique values has its place among the numbers.
ALTER TABLE taken ADD COLUMN place bigint;
-- The places that are taken, as runs without a gap; none goes beyond a block of 4096. Who changes
-- them holds the guards of their blocks.
CREATE TABLE run (
    scope text COLLATE "C" NOT NULL, first bigint NOT NULL, last bigint NOT NULL,
    PRIMARY KEY (scope, first)
);

-- The end of the run that a place is in; NULL: it is free.
CREATE FUNCTION run_end(the_scope text, place bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN last >= place THEN last END FROM (
        SELECT last FROM run WHERE scope = the_scope AND first <= place ORDER BY first DESC LIMIT 1) r
$$;

-- Adds a place to the runs.
CREATE FUNCTION fill(the_scope text, place bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE its_last bigint := place;
BEGIN
    IF (place + 1) % 4096 <> 0 THEN
        DELETE FROM run WHERE scope = the_scope AND first = place + 1 RETURNING last INTO its_last;
        its_last := coalesce(its_last, place);
    END IF;
    IF place % 4096 <> 0 THEN
        UPDATE run SET last = its_last WHERE scope = the_scope AND last = place - 1 AND first = (
            SELECT max(first) FROM run WHERE scope = the_scope AND first < place);
        IF FOUND THEN RETURN; END IF;
    END IF;
    INSERT INTO run (scope, first, last) VALUES (the_scope, place, its_last);
END $$;

-- Takes a place out of the runs.
CREATE FUNCTION clear(the_scope text, place bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE its_first bigint; its_last bigint;
BEGIN
    SELECT first, last INTO its_first, its_last FROM run
        WHERE scope = the_scope AND first <= place ORDER BY first DESC LIMIT 1;
    IF its_last IS NULL OR its_last < place THEN RETURN; END IF;
    IF its_first = place THEN
        DELETE FROM run WHERE scope = the_scope AND first = its_first;
    ELSE
        UPDATE run SET last = place - 1 WHERE scope = the_scope AND first = its_first;
    END IF;
    IF place < its_last THEN
        INSERT INTO run (scope, first, last) VALUES (the_scope, place + 1, its_last);
    END IF;
END $$;

-- The first place of these ranges, in their order, that nobody holds.
CREATE FUNCTION free(the_scope text, firsts bigint[], lasts bigint[]) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE place bigint; run_last bigint;
BEGIN
    FOR n IN 1 .. cardinality(firsts) LOOP
        place := firsts[n];
        WHILE place <= lasts[n] LOOP
            run_last := run_end(the_scope, place);
            IF run_last IS NULL THEN RETURN place; END IF;
            place := run_last + 1;
        END LOOP;
    END LOOP;
    RETURN NULL;
END $$;

-- What one change or one deletion holds until it ends, so that nothing it checked can change:
-- first, that nothing is reset; then guards (what may not exist yet: ids, unique values; and blocks
-- of places, whose runs change), then lists, then rows, each in order.
-- Whoever takes them in this order waits in no circle.
CREATE OR REPLACE FUNCTION guard(guards jsonb, owners uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE g record;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('kettle reset', 0));
    FOR g IN
        SELECT hashtextextended(key, 0) AS number, bool_or(writes) AS writes
        FROM (SELECT x->>0, (x->>1)::boolean FROM jsonb_array_elements(guards) x
              UNION ALL
              SELECT scope || E'\x1f' || value, true
              FROM taken WHERE owner = ANY (owners)
              UNION ALL
              SELECT E'\x1f' || scope || E'\x1f' || (place >> 12), true
              FROM taken WHERE owner = ANY (owners) AND place IS NOT NULL) AS k (key, writes)
        GROUP BY 1 ORDER BY 1
    LOOP
        IF g.writes THEN PERFORM pg_advisory_xact_lock(g.number);
        ELSE PERFORM pg_advisory_xact_lock_shared(g.number);
        END IF;
    END LOOP;
END $$;

-- Deletes a row whose thing is gone. NULL: the lease was lost, and nothing is written. True: the
-- row was changed meanwhile, so it stays, and only the lease ends.
CREATE OR REPLACE FUNCTION forget(the_id uuid, the_version bigint, the_lease bigint, seen text)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE n bigint; found_version bigint; a bigint;
BEGIN
    SELECT seq, version INTO n, found_version FROM resource WHERE id = the_id AND lease = the_lease AND lease <> 0;
    IF n IS NULL THEN RETURN NULL; END IF;
    IF found_version <> the_version THEN
        UPDATE resource SET observed = seen, lease = 0 WHERE id = the_id AND lease = the_lease;
        RETURN CASE WHEN FOUND THEN true END;
    END IF;
    PERFORM guard('[]', ARRAY [the_id]);
    FOR a IN SELECT list.id FROM entry JOIN list ON list.id = entry.list WHERE entry.seq = n
        ORDER BY account, kind, field, value
    LOOP
        UPDATE list SET total = total - 1 WHERE id = a;
    END LOOP;
    -- Lists are only left by a change, which moves the version: what was read above still holds.
    DELETE FROM resource WHERE id = the_id AND lease = the_lease AND version = the_version;
    IF NOT FOUND THEN RAISE EXCEPTION 'row %', the_id USING ERRCODE = 'KE001'; END IF;
    DELETE FROM list WHERE total = 0 AND id IN (SELECT entry.list FROM entry WHERE entry.seq = n);
    DELETE FROM entry WHERE entry.seq = n;
    PERFORM clear(t.scope, t.place) FROM taken t WHERE t.owner = the_id AND t.place IS NOT NULL;
    DELETE FROM taken WHERE owner = the_id;
    RETURN false;
END $$;
