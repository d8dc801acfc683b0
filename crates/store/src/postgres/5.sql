-- Since when a row adds to the sums what it adds, in ms, and what it owed before: of what was there,
-- since it was created.
ALTER TABLE resource ADD since bigint NOT NULL DEFAULT 0, ADD owed bigint NOT NULL DEFAULT 0;
UPDATE resource SET since = created WHERE class IS NOT NULL;
-- What happened in an account, for as long as somebody wants to know.
CREATE TABLE event (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account bigint NOT NULL, at bigint NOT NULL,
    level text COLLATE "C" NOT NULL, topic text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL, told text COLLATE "C" NOT NULL
);
CREATE INDEX event_at ON event (account, at);

-- Keeps the sums, whichever way a row is written, by the days since which rows are what they are.
CREATE OR REPLACE FUNCTION add_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sums AS s (account, day, kind, class, things, amount, seconds)
        SELECT r.account, d.day, r.kind, r.class, sum(times), sum(times * r.amount),
            sum(CASE WHEN d.day < 0 THEN 0
                ELSE times * r.amount * (r.since % 86400000 / 1000) END)
        FROM (SELECT OLD.*, -1 AS times WHERE TG_OP <> 'INSERT'
              UNION ALL SELECT NEW.*, 1 WHERE TG_OP <> 'DELETE') AS r,
            LATERAL (VALUES (-1), (r.since / 86400000)) AS d (day)
        WHERE r.class IS NOT NULL
        GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        ON CONFLICT (account, day, kind, class) DO UPDATE SET things = s.things + excluded.things,
            amount = s.amount + excluded.amount, seconds = s.seconds + excluded.seconds;
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM sums WHERE account = OLD.account AND kind = OLD.kind AND class = OLD.class
            AND day IN (-1, OLD.since / 86400000) AND things = 0;
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER resource_changes ON resource;
CREATE TRIGGER resource_changes AFTER UPDATE ON resource
    FOR EACH ROW WHEN (OLD.class IS DISTINCT FROM NEW.class OR OLD.amount <> NEW.amount
        OR OLD.since <> NEW.since)
    EXECUTE FUNCTION add_up();

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
        INSERT INTO resource
            (id, account, kind, deleting, created, due, desired, observed, class, amount,
             since, owed)
            SELECT id, account, kind, deleting, created, due, desired, observed, class, amount, since, owed
            FROM ROWS FROM (jsonb_to_recordset(change->'new') AS (id uuid, account bigint, kind text,
                deleting boolean, created bigint, due bigint, desired text, observed text,
                class text, amount bigint, since bigint, owed bigint))
            WITH ORDINALITY ORDER BY ordinality;
    END IF;
    IF change->'changed' <> '[]' THEN
        UPDATE resource s SET desired = x.desired, deleting = x.deleting,
                due = coalesce(x.due, s.due), version = s.version + 1, tries = 0,
                class = x.class, amount = x.amount, since = x.since, owed = x.owed
            FROM jsonb_to_recordset(change->'changed')
                AS x (id uuid, deleting boolean, due bigint, desired text, class text, amount bigint,
                    since bigint, owed bigint)
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
    IF change->'events' <> '[]' THEN
        INSERT INTO event (account, at, level, topic, subject, told)
            SELECT account, at, level, topic, subject, told FROM jsonb_to_recordset(change->'events')
                AS x (account bigint, at bigint, level text, topic text, subject text, told text);
    END IF;
END $$;

-- Empties everything but these rows and what is theirs, in one moment: no change, no reader and no
-- other reset is under way meanwhile. Numbers go on from where they were, so that old cursors point
-- at nothing. KE001: one of the rows has another version, and nothing is done.
CREATE OR REPLACE FUNCTION reset(keep uuid[], versions bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE changed uuid; rows resource[]; entries entry[]; lists list[]; names taken[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('kettle reset', 0));
    LOCK TABLE world, list, entry, resource, taken, run, sums, event;
    SELECT k.id INTO changed FROM unnest(keep, versions) AS k (id, version)
        LEFT JOIN resource r USING (id) WHERE r.version IS DISTINCT FROM k.version LIMIT 1;
    IF FOUND THEN RAISE EXCEPTION 'row %', changed USING ERRCODE = 'KE001'; END IF;
    rows := ARRAY (SELECT r FROM resource r WHERE r.id = ANY (keep) ORDER BY r.seq);
    entries := ARRAY (SELECT e FROM entry e JOIN resource r USING (seq) WHERE r.id = ANY (keep));
    lists := ARRAY (SELECT l FROM list l WHERE l.id IN (SELECT list FROM unnest(entries)));
    names := ARRAY (SELECT t FROM taken t WHERE t.owner = ANY (keep));
    -- What stays is put aside: to empty a table costs nothing, to delete a million of its rows does.
    TRUNCATE world, list, entry, resource, taken, run, sums, event;
    INSERT INTO resource OVERRIDING SYSTEM VALUE SELECT * FROM unnest(rows);
    INSERT INTO entry SELECT * FROM unnest(entries);
    INSERT INTO list OVERRIDING SYSTEM VALUE SELECT * FROM unnest(lists);
    UPDATE list SET total = (SELECT count(*) FROM entry WHERE entry.list = list.id);
    INSERT INTO taken SELECT * FROM unnest(names);
    PERFORM fill(t.scope, t.place) FROM taken t WHERE t.place IS NOT NULL;
END $$;
