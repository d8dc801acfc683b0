//! What the store promises itself, as questions that count what must not be, on whichever database: what
//! comes from elsewhere is asked them, and tests ask them of every store.

/// Each counts what must not be.
pub(crate) const WRONG: [(&str, &str); 7] = [
    (
        "lists whose total is not the number of their rows",
        "SELECT count(*) FROM list l WHERE total < 1 OR total <> (SELECT count(*) FROM entry e
         JOIN resource r ON r.seq = e.seq AND r.kind = l.kind AND r.account = l.account
         WHERE e.list = l.id)",
    ),
    (
        "places in no list, or of no row",
        "SELECT count(*) FROM entry e WHERE NOT EXISTS (SELECT 1 FROM list l WHERE l.id = e.list)
         OR NOT EXISTS (SELECT 1 FROM resource r WHERE r.seq = e.seq)",
    ),
    (
        "rows that are missing in the list of all of their kind, or being deleted and in it",
        "SELECT count(*) FROM resource r WHERE (CASE WHEN deleting THEN 1 ELSE 0 END) =
         (SELECT count(*) FROM entry e JOIN list l ON l.id = e.list WHERE e.seq = r.seq AND l.field = '')",
    ),
    (
        "places that are taken and in no run",
        "SELECT count(*) FROM taken t WHERE place IS NOT NULL AND NOT EXISTS (SELECT 1 FROM run r
         WHERE r.scope = t.scope AND r.first <= t.place AND r.last >= t.place)",
    ),
    (
        "scopes whose runs have more places than are taken, or runs that could be one",
        "SELECT (SELECT count(*) FROM (SELECT DISTINCT scope FROM run) s
                 WHERE (SELECT sum(last - first + 1) FROM run r WHERE r.scope = s.scope)
                    <> (SELECT count(place) FROM taken t WHERE t.scope = s.scope))
              + (SELECT count(*) FROM run a JOIN run b ON a.scope = b.scope AND b.first = a.last + 1
                 WHERE b.first % 4096 <> 0)",
    ),
    (
        "rows that no sum counts",
        "SELECT count(*) FROM (SELECT * FROM (SELECT account, -1 AS day, kind, class, count(*) AS things,
             sum(amount) AS amount, 0 AS seconds FROM resource WHERE class IS NOT NULL
             GROUP BY account, kind, class
         UNION ALL SELECT account, since / 86400000, kind, class, count(*), sum(amount),
             sum(amount * (since % 86400000 / 1000)) FROM resource WHERE class IS NOT NULL
             GROUP BY account, since / 86400000, kind, class) AS r
         EXCEPT SELECT account, day, kind, class, things, amount, seconds FROM sums) AS x",
    ),
    (
        "sums that are not those of their rows",
        "SELECT count(*) FROM (SELECT account, day, kind, class, things, amount, seconds FROM sums
         EXCEPT SELECT * FROM (SELECT account, -1 AS day, kind, class, count(*) AS things,
             sum(amount) AS amount, 0 AS seconds FROM resource WHERE class IS NOT NULL
             GROUP BY account, kind, class
         UNION ALL SELECT account, since / 86400000, kind, class, count(*), sum(amount),
             sum(amount * (since % 86400000 / 1000)) FROM resource WHERE class IS NOT NULL
             GROUP BY account, since / 86400000, kind, class) AS r) AS x",
    ),
];

/// The same for rows that can be read: one that cannot be is counted in no sum, and stays so.
#[cfg(any(all(test, feature = "postgres"), feature = "testing"))]
pub(crate) const UNCOUNTED: (&str, &str) = (
    "rows that are to go and are counted, or that nobody counted",
    "SELECT count(*) FROM resource
         WHERE amount < 0 OR (class IS NULL AND amount <> 0) OR (class IS NOT NULL AND CASE WHEN deleting THEN 1 ELSE 0 END = 1)",
);
