-- Text is compared by bytes, as in Rust: lists are locked in that order by server and function alike.
CREATE TABLE resource (
    seq      bigint  PRIMARY KEY GENERATED ALWAYS AS IDENTITY, -- order of creation: the cursor
    id       uuid    NOT NULL UNIQUE,
    account  bigint  NOT NULL,
    kind     text    COLLATE "C" NOT NULL,
    version  bigint  NOT NULL DEFAULT 1,        -- grows with every change of `desired`
    deleting boolean NOT NULL DEFAULT false,
    created  bigint  NOT NULL,                  -- ms
    due      bigint,                            -- when to look next, in ms; NULL: when woken
    lease    bigint  NOT NULL DEFAULT 0,        -- until when one engine holds it, in ms; 0: nobody
    tries    bigint  NOT NULL DEFAULT 0,
    error    text,
    desired  text    NOT NULL,
    observed text    NOT NULL
);
CREATE INDEX resource_due ON resource (due) WHERE due IS NOT NULL;
-- Every list that can be asked for, and its length: all of a kind (field and value empty), those
-- with one label, in one region, of one parent. A list in which nothing stands has no row.
CREATE TABLE list (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, account bigint NOT NULL,
    kind text COLLATE "C" NOT NULL, field text COLLATE "C" NOT NULL, value text COLLATE "C" NOT NULL,
    total bigint NOT NULL,
    UNIQUE (account, kind, field, value)
);
CREATE TABLE entry (list bigint NOT NULL, seq bigint NOT NULL, PRIMARY KEY (list, seq));
CREATE INDEX entry_seq ON entry (seq);          -- the lists that a row leaves when it goes
CREATE TABLE audit (
    seq bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, at bigint NOT NULL, account bigint NOT NULL,
    "user" uuid NOT NULL, op text NOT NULL, resource uuid NOT NULL
);
CREATE INDEX audit_account ON audit (account, seq);
-- Values that only one row can hold: addresses, names that must be free.
CREATE TABLE taken (
    scope text COLLATE "C" NOT NULL, value text COLLATE "C" NOT NULL, owner uuid NOT NULL,
    PRIMARY KEY (scope, value)
);
CREATE INDEX taken_owner ON taken (owner);
-- What the simulated drivers keep: the world outside, not Kettle's own state.
CREATE TABLE world (kind text NOT NULL, id uuid NOT NULL, state text NOT NULL, PRIMARY KEY (kind, id));

-- What one change or one deletion holds until it ends, so that nothing it checked can change:
-- first guards (what may not exist yet: ids, unique values), then lists, then rows, each in order.
-- Whoever takes them in this order waits in no circle.
CREATE FUNCTION guard(guards jsonb, owners uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE g record;
BEGIN
    FOR g IN
        SELECT hashtextextended(key, 0) AS number, bool_or(writes) AS writes
        FROM (SELECT x->>0, (x->>1)::boolean FROM jsonb_array_elements(guards) x
              UNION ALL
              SELECT scope || E'\x1f' || value, true
              FROM taken WHERE owner = ANY (owners)) AS k (key, writes)
        GROUP BY 1 ORDER BY 1
    LOOP
        IF g.writes THEN PERFORM pg_advisory_xact_lock(g.number);
        ELSE PERFORM pg_advisory_xact_lock_shared(g.number);
        END IF;
    END LOOP;
END $$;

-- Checks and writes one change. KE001: stale. KE002: the row is being deleted. KE003: the change
-- says that a row stands in a list where it does not. In each case nothing is written.
CREATE FUNCTION apply(change jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    l record; r record; list_id bigint; stood bigint; found_version bigint; going boolean;
    n bigint; empty bigint[] := '{}';
    removed uuid[] := ARRAY (SELECT jsonb_array_elements_text(change->'removed')::uuid);
BEGIN
    PERFORM guard(change->'guards', removed);
    FOR l IN SELECT * FROM jsonb_to_recordset(change->'lists') AS x
        (account bigint, kind text, field text, value text, moves bigint, total bigint)
    LOOP
        INSERT INTO list AS a (account, kind, field, value, total)
            VALUES (l.account, l.kind, l.field, l.value, l.moves)
            ON CONFLICT (account, kind, field, value) DO UPDATE SET total = a.total + l.moves
            RETURNING a.id, a.total - l.moves INTO list_id, stood;
        IF stood <> l.total THEN RAISE EXCEPTION 'stale' USING ERRCODE = 'KE001'; END IF;
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
            RAISE EXCEPTION 'stale' USING ERRCODE = 'KE001';
        ELSIF r.put AND going THEN
            RAISE EXCEPTION '%', r.id USING ERRCODE = 'KE002';
        END IF;
    END LOOP;
    IF change->'holders' <> '[]' AND EXISTS (
        SELECT FROM jsonb_to_recordset(change->'holders') AS x (scope text, value text, owner uuid)
        LEFT JOIN taken t USING (scope, value) WHERE t.owner IS DISTINCT FROM x.owner
    ) OR change->'holds' <> '[]' AND EXISTS (
        SELECT FROM jsonb_to_recordset(change->'holds')
            AS x (scope text, value text, owner uuid, released boolean)
        JOIN taken t USING (scope, value)
        WHERE NOT x.released AND t.owner <> x.owner AND t.owner <> ALL (removed)
    ) THEN RAISE EXCEPTION 'stale' USING ERRCODE = 'KE001';
    END IF;

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
        DELETE FROM taken t
            USING jsonb_to_recordset(change->'holds') AS x (scope text, value text, owner uuid)
            WHERE t.scope = x.scope AND t.value = x.value AND t.owner IS DISTINCT FROM x.owner;
        INSERT INTO taken (scope, value, owner)
            SELECT scope, value, owner
            FROM jsonb_to_recordset(change->'holds') AS x (scope text, value text, owner uuid)
            WHERE owner IS NOT NULL ON CONFLICT DO NOTHING; -- the owner holds it already
    END IF;
    INSERT INTO audit (at, account, "user", op, resource)
        SELECT at, account, "user", op, resource FROM jsonb_to_record(change->'audit')
            AS x (at bigint, account bigint, "user" uuid, op text, resource uuid);
END $$;

-- Deletes a row whose thing is gone. NULL: the lease was lost, and nothing is written. True: the
-- row was changed meanwhile, so it stays, and only the lease ends.
CREATE FUNCTION forget(the_id uuid, the_version bigint, the_lease bigint, seen text)
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
    IF NOT FOUND THEN RAISE EXCEPTION 'stale' USING ERRCODE = 'KE001'; END IF;
    DELETE FROM list WHERE total = 0 AND id IN (SELECT entry.list FROM entry WHERE entry.seq = n);
    DELETE FROM entry WHERE entry.seq = n;
    DELETE FROM taken WHERE owner = the_id;
    RETURN false;
END $$;
