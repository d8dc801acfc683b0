-- It was written and never read.
DROP TABLE audit;
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

-- Empties everything, in one moment: no change is under way meanwhile. Numbers go on from where
-- they were, so that old cursors point at nothing.
CREATE FUNCTION reset() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('kettle reset', 0));
    TRUNCATE world, list, entry, resource, taken, run;
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

-- Checks and writes one change. KE001: stale, and the message says what is. KE002: the row is being
-- deleted. KE003: the change says that a row stands in a list where it does not. KE004: a row that
-- is needed is gone. In each case nothing is written.
CREATE OR REPLACE FUNCTION apply(change jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    l record; r record; list_id bigint; stood bigint; found_version bigint; going boolean;
    n bigint; empty bigint[] := '{}'; needed uuid; hot text;
    removed uuid[] := ARRAY (SELECT jsonb_array_elements_text(change->'removed')::uuid);
BEGIN
    PERFORM guard(change->'guards', removed);
    IF change->'needs' <> '[]' THEN
        SELECT x.id INTO needed FROM jsonb_to_recordset(change->'needs') AS x (id uuid, lease bigint)
            LEFT JOIN resource s ON s.id = x.id AND s.lease = coalesce(x.lease, s.lease)
            WHERE s.id IS NULL LIMIT 1;
        IF FOUND THEN RAISE EXCEPTION '%', needed USING ERRCODE = 'KE004'; END IF;
    END IF;
    FOR l IN SELECT * FROM jsonb_to_recordset(change->'lists') AS x
        (account bigint, kind text, field text, value text, moves bigint, total bigint)
    LOOP
        INSERT INTO list AS a (account, kind, field, value, total)
            VALUES (l.account, l.kind, l.field, l.value, l.moves)
            ON CONFLICT (account, kind, field, value) DO UPDATE SET total = a.total + l.moves
            RETURNING a.id, a.total - l.moves INTO list_id, stood;
        IF stood <> l.total THEN
            RAISE EXCEPTION 'list % % % %', l.account, l.kind, l.field, l.value USING ERRCODE = 'KE001';
        END IF;
        IF stood + l.moves = 0 THEN empty := empty || list_id; END IF;
    END LOOP;
    FOR r IN SELECT * FROM jsonb_to_recordset(change->'rows') AS x
        (id uuid, version bigint, put boolean)
    LOOP
        IF r.put OR r.id = ANY (removed) THEN
            SELECT version, deleting INTO found_version, going FROM resource WHERE id = r.id FOR UPDATE;
        ELSE
            SELECT version, deleting INTO found_version, going FROM resource WHERE id = r.id FOR SHARE;
        END IF;
        IF coalesce(found_version, 0) <> r.version THEN
            RAISE EXCEPTION 'row %', r.id USING ERRCODE = 'KE001';
        ELSIF r.put AND going THEN
            RAISE EXCEPTION '%', r.id USING ERRCODE = 'KE002';
        END IF;
    END LOOP;
    IF change->'holders' <> '[]' THEN
        SELECT scope INTO hot
            FROM jsonb_to_recordset(change->'holders') AS x (scope text, value text, owner uuid)
            LEFT JOIN taken t USING (scope, value) WHERE t.owner IS DISTINCT FROM x.owner LIMIT 1;
    END IF;
    IF hot IS NULL AND change->'holds' <> '[]' THEN
        SELECT scope INTO hot FROM jsonb_to_recordset(change->'holds')
            AS x (scope text, value text, owner uuid, released boolean)
            JOIN taken t USING (scope, value)
            WHERE NOT x.released AND t.owner <> x.owner AND t.owner <> ALL (removed) LIMIT 1;
    END IF;
    IF hot IS NOT NULL THEN RAISE EXCEPTION 'values %', hot USING ERRCODE = 'KE001'; END IF;

    -- Most changes only create or only update: what is empty costs a comparison, not a statement.
    IF change->'leaves' <> '[]' THEN
        DELETE FROM entry e
            USING jsonb_to_recordset(change->'leaves')
                AS x (id uuid, account bigint, kind text, field text, value text)
            JOIN list a USING (account, kind, field, value) JOIN resource s ON s.id = x.id
            WHERE e.list = a.id AND e.seq = s.seq;
        GET DIAGNOSTICS n = ROW_COUNT;
        IF n <> jsonb_array_length(change->'leaves') THEN
            RAISE EXCEPTION 'a row does not stand in the lists that it leaves' USING ERRCODE = 'KE003';
        END IF;
    END IF;
    IF removed <> '{}' THEN
        IF EXISTS (SELECT FROM resource JOIN entry USING (seq) WHERE id = ANY (removed)) THEN
            RAISE EXCEPTION 'a row that is removed stands in more lists' USING ERRCODE = 'KE003';
        END IF;
        PERFORM clear(t.scope, t.place) FROM taken t
            WHERE t.owner = ANY (removed) AND t.place IS NOT NULL;
        DELETE FROM taken WHERE owner = ANY (removed);
        DELETE FROM resource WHERE id = ANY (removed);
    END IF;
    IF change->'new' <> '[]' THEN
        INSERT INTO resource (id, account, kind, deleting, created, due, desired, observed)
            SELECT id, account, kind, deleting, created, due, desired, observed
            FROM ROWS FROM (jsonb_to_recordset(change->'new') AS (id uuid, account bigint, kind text,
                deleting boolean, created bigint, due bigint, desired text, observed text))
            WITH ORDINALITY ORDER BY ordinality;
    END IF;
    IF change->'changed' <> '[]' THEN
        UPDATE resource s SET desired = x.desired, deleting = x.deleting,
                due = coalesce(x.due, s.due), version = s.version + 1, tries = 0
            FROM jsonb_to_recordset(change->'changed')
                AS x (id uuid, deleting boolean, due bigint, desired text)
            WHERE s.id = x.id;
    END IF;
    IF change->'enters' <> '[]' THEN
        INSERT INTO entry (list, seq)
            SELECT a.id, s.seq FROM jsonb_to_recordset(change->'enters')
                AS x (id uuid, account bigint, kind text, field text, value text)
            JOIN list a USING (account, kind, field, value) JOIN resource s ON s.id = x.id;
    END IF;
    IF empty <> '{}' THEN
        DELETE FROM list WHERE id = ANY (empty);
    END IF;
    IF change->'holds' <> '[]' THEN
        FOR r IN SELECT x.*, t.owner AS holder FROM jsonb_to_recordset(change->'holds')
                AS x (scope text, value text, owner uuid, place bigint)
            LEFT JOIN taken t USING (scope, value) WHERE t.owner IS DISTINCT FROM x.owner
        LOOP
            IF r.owner IS NULL THEN
                DELETE FROM taken WHERE scope = r.scope AND value = r.value;
                IF r.place IS NOT NULL THEN PERFORM clear(r.scope, r.place); END IF;
            ELSIF r.holder IS NOT NULL THEN
                UPDATE taken SET owner = r.owner WHERE scope = r.scope AND value = r.value;
            ELSE
                INSERT INTO taken (scope, value, owner, place)
                    VALUES (r.scope, r.value, r.owner, r.place);
                IF r.place IS NOT NULL THEN PERFORM fill(r.scope, r.place); END IF;
            END IF;
        END LOOP;
    END IF;
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
