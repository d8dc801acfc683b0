-- How often everything was emptied or restored (`number`): what was begun before that is void, and with
-- it the states of rows are told apart from those of before.
CREATE TABLE epoch (number bigint NOT NULL);
INSERT INTO epoch VALUES (0);
-- Copies of all of it, each a database of SQLite in pieces.
CREATE TABLE snapshot (
    name text COLLATE "C" PRIMARY KEY, at bigint NOT NULL, things bigint NOT NULL, bytes bigint NOT NULL
);
CREATE TABLE snapshot_piece (
    name text COLLATE "C" NOT NULL, part bigint NOT NULL, data bytea NOT NULL, PRIMARY KEY (name, part)
);
ALTER TABLE snapshot_piece ALTER data SET STORAGE EXTERNAL;

-- Checks that a change was begun in this epoch, and then checks and writes it. KE001 tells the epoch
-- where it was not; KE004: neither is who asked for it there any more, nor does a step's claim hold.
CREATE FUNCTION change(the_epoch bigint, change jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE now_is bigint; needed uuid;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('kettle reset', 0));
    SELECT number INTO now_is FROM epoch;
    IF now_is <> the_epoch THEN
        SELECT x.id INTO needed FROM jsonb_to_recordset(change->'needs') AS x (id uuid, lease bigint)
            LEFT JOIN resource s ON s.id = x.id WHERE s.id IS NULL OR x.lease IS NOT NULL LIMIT 1;
        IF FOUND THEN RAISE EXCEPTION '%', needed USING ERRCODE = 'KE004'; END IF;
        RAISE EXCEPTION 'epoch %', now_is USING ERRCODE = 'KE001';
    END IF;
    PERFORM apply(change);
END $$;

-- The same for a row whose thing is gone: see the function that it calls.
CREATE FUNCTION forget(the_epoch bigint, the_id uuid, the_version bigint, the_lease bigint, seen text)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('kettle reset', 0));
    IF the_epoch <> (SELECT number FROM epoch) THEN RETURN NULL; END IF;
    RETURN forget(the_id, the_version, the_lease, seen);
END $$;

-- Empties everything but these rows: a new epoch begins. Tells its number.
CREATE FUNCTION reset_epoch(keep uuid[], versions bigint[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE now_is bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('kettle reset', 0));
    PERFORM reset(keep, versions);
    UPDATE epoch SET number = number + 1 RETURNING number INTO now_is;
    RETURN now_is;
END $$;

-- Lets numbers go on behind all that there are, and behind this one.
CREATE FUNCTION after_restore(last bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    was bigint := (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM resource_seq_seq);
    lists bigint := (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM list_id_seq);
    events bigint := (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM event_seq_seq);
BEGIN
    PERFORM setval('resource_seq_seq', greatest(was, last, 1));
    PERFORM setval('list_id_seq', greatest(lists, (SELECT max(id) FROM list), 1));
    PERFORM setval('event_seq_seq', greatest(events, (SELECT max(seq) FROM event), 1));
END $$;
