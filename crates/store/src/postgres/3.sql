-- What a row adds to the sums: how much of a class of things. NULL and 0: nothing. NULL and -1: nobody
-- has said yet, for the row was written before there were sums; whoever knows the kinds says it at start.
ALTER TABLE resource ADD class text COLLATE "C", ADD amount bigint NOT NULL DEFAULT -1;
CREATE INDEX resource_uncounted ON resource (seq) WHERE amount < 0;
-- What the rows of a class come to: over all days (-1), and for each day of creation, counted from
-- 1970. A class in which nothing is has no row.
CREATE TABLE sums (
    account bigint NOT NULL, day bigint NOT NULL,
    kind text COLLATE "C" NOT NULL, class text COLLATE "C" NOT NULL,
    things bigint NOT NULL, amount bigint NOT NULL,
    seconds bigint NOT NULL,                    -- of the day before each creation, times the amount
    PRIMARY KEY (account, day, kind, class)
);

-- Keeps the sums, whichever way a row is written. What it locks comes after all that a change or a
-- deletion locks, and in order.
CREATE FUNCTION add_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sums AS s (account, day, kind, class, things, amount, seconds)
        SELECT r.account, d.day, r.kind, r.class, sum(times), sum(times * r.amount),
            sum(CASE WHEN d.day < 0 THEN 0
                ELSE times * r.amount * (r.created % 86400000 / 1000) END)
        FROM (SELECT OLD.*, -1 AS times WHERE TG_OP <> 'INSERT'
              UNION ALL SELECT NEW.*, 1 WHERE TG_OP <> 'DELETE') AS r,
            LATERAL (VALUES (-1), (r.created / 86400000)) AS d (day)
        WHERE r.class IS NOT NULL
        GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        ON CONFLICT (account, day, kind, class) DO UPDATE SET things = s.things + excluded.things,
            amount = s.amount + excluded.amount, seconds = s.seconds + excluded.seconds;
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM sums WHERE account = OLD.account AND kind = OLD.kind AND class = OLD.class
            AND day IN (-1, OLD.created / 86400000) AND things = 0;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER resource_enters AFTER INSERT ON resource
    FOR EACH ROW WHEN (NEW.class IS NOT NULL) EXECUTE FUNCTION add_up();
CREATE TRIGGER resource_changes AFTER UPDATE ON resource
    FOR EACH ROW WHEN (OLD.class IS DISTINCT FROM NEW.class OR OLD.amount <> NEW.amount)
    EXECUTE FUNCTION add_up();
CREATE TRIGGER resource_goes AFTER DELETE ON resource
    FOR EACH ROW WHEN (OLD.class IS NOT NULL) EXECUTE FUNCTION add_up();

-- When rows are emptied, so are sums.
CREATE FUNCTION add_up_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE sums;
    RETURN NULL;
END $$;
CREATE TRIGGER resource_emptied AFTER TRUNCATE ON resource
    FOR EACH STATEMENT EXECUTE FUNCTION add_up_nothing();

-- `apply` is as it was, and writes what rows add.
DO $do$
DECLARE
    body text := pg_get_functiondef('apply(jsonb)'::regprocedure);
    change text[];
BEGIN
    FOREACH change SLICE 1 IN ARRAY ARRAY [
        ['resource (id, account, kind, deleting, created, due, desired, observed)',
            'resource (id, account, kind, deleting, created, due, desired, observed, class, amount)'],
        ['SELECT id, account, kind, deleting, created, due, desired, observed',
            'SELECT id, account, kind, deleting, created, due, desired, observed, class, amount'],
        ['created bigint, due bigint, desired text, observed text)',
            'created bigint, due bigint, desired text, observed text, class text, amount bigint)'],
        ['version = s.version + 1, tries = 0',
            'version = s.version + 1, tries = 0, class = x.class, amount = x.amount'],
        ['AS x (id uuid, deleting boolean, due bigint, desired text)',
            'AS x (id uuid, deleting boolean, due bigint, desired text, class text, amount bigint)']]
    LOOP
        IF position(change[1] IN body) = 0 THEN
            RAISE EXCEPTION 'apply has no %', change[1];
        END IF;
        body := replace(body, change[1], change[2]);
    END LOOP;
    EXECUTE body;
END $do$;
