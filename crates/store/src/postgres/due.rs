//! What is due by itself: one row, what is parked, what comes soon.
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::{COLUMNS, Postgres, row};
use crate::{ACCOUNTS, PARKED, Result, Row};

impl Postgres {
    pub(crate) async fn claim_one(
        &self,
        now: i64,
        lease_ms: i64,
        id: Uuid,
        due: Option<i64>,
    ) -> Result<Option<Row>> {
        let sql = format!(
            "UPDATE resource r SET lease = $1 + $2, tries = r.tries + 1, holder = $4
             WHERE id = $3 AND due IS NOT NULL AND ($5::bigint IS NULL OR due = $5)
                AND (lease <= $1 OR lease > $1 + $2 + $2) RETURNING {COLUMNS}"
        );
        let given: [&(dyn ToSql + Sync); 5] = [&now, &lease_ms, &id, &self.server, &due];
        let found = self.writers.links.ask(&sql, &given).await?;
        Ok(found.first().map(row))
    }

    /// Makes what stands in the lists of these kinds due by `now`. What is to go stands in none: it is due
    /// later, or has failed for good. Other kinds' rows are not read, however many there are.
    pub(crate) async fn wake_all(&self, kinds: &[&str], now: i64) -> Result<()> {
        let sql = format!(
            "{ACCOUNTS} UPDATE resource SET due = $1 WHERE (due IS NULL OR due > $1) AND seq IN (
                SELECT e.seq FROM accounts a JOIN list l USING (account) JOIN entry e ON e.list = l.id
                WHERE l.kind = ANY($2) AND l.field = '' AND l.value = ''
                UNION SELECT seq FROM resource WHERE due > $1 AND kind = ANY($2)
                UNION SELECT seq FROM resource WHERE error IS NOT NULL AND due IS NULL AND kind = ANY($2))"
        );
        self.writers.links.ask(&sql, &[&now, &kinds]).await?;
        self.woken().notify_one();
        Ok(())
    }

    pub(crate) async fn unpark(&self) -> Result<()> {
        let sql = "UPDATE resource SET due = due - $1 WHERE due >= $1";
        self.writers.links.ask(sql, &[&PARKED]).await?;
        self.woken().notify_one();
        Ok(())
    }

    pub(crate) async fn due_within(
        &self,
        from: i64,
        to: i64,
        most: i64,
    ) -> Result<Vec<(Uuid, i64)>> {
        let sql = "SELECT id, due FROM resource WHERE due > $1 AND due <= $2 ORDER BY due LIMIT $3";
        let found = self.readers.read(sql, &[&from, &to, &most]).await?;
        Ok(found.iter().map(|r| (r.get(0), r.get(1))).collect())
    }

    pub(crate) async fn last_seq(&self) -> Result<i64> {
        let sql = "SELECT coalesce(max(seq), 0) FROM resource";
        Ok(self.readers.read(sql, &[]).await?[0].get(0))
    }
}
