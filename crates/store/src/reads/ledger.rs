//! Reads of the ledger, of what was used, and of what operators did: newest first, a page at a time.

use filmgate_domain::audit::AuditLine;
use filmgate_domain::calendar::Day;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::{AccountId, KeyId, TaskId};
use filmgate_domain::money::{Line, Micros};
use filmgate_domain::usage::{Dimension, Usage};
use rusqlite::{Connection, Row, ToSql, params};

use crate::row;

/// Which lines of the ledger, newest first.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// Only lines of this account.
    pub account: Option<AccountId>,
    /// Only lines about this task.
    pub task: Option<TaskId>,
    /// Only lines before the one with this number.
    pub before: Option<i64>,
    /// At most this many.
    pub limit: usize,
}

/// Which use to sum up.
#[derive(Clone, Debug)]
pub struct UsageFilter {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
    /// Only this account's.
    pub account: Option<AccountId>,
    /// Only this key's.
    pub key: Option<KeyId>,
    /// By what.
    pub by: Vec<Dimension>,
    /// At most this many sums.
    pub limit: usize,
}

pub(crate) fn lines(db: &Connection, asked: &Lines) -> rusqlite::Result<Vec<Line>> {
    let (account, task) =
        (asked.account.as_ref().map(AccountId::as_str), asked.task.as_ref().map(TaskId::as_str));
    let (before, limit) = (asked.before.unwrap_or(i64::MAX), row::limit(asked.limit));
    // Only the conditions that are asked for stand in the statement, so that their index is used.
    let mut values: Vec<&dyn ToSql> = vec![&before, &limit];
    let mut conditions = String::new();
    if let Some(account) = &account {
        conditions += " AND account = ?";
        values.insert(values.len() - 1, account);
    }
    if let Some(task) = &task {
        // Both indexes by task are partial: each holds its kinds only.
        conditions += " AND seq IN (SELECT seq FROM ledger_line WHERE kind = 'hold' AND task = ? UNION ALL
                          SELECT seq FROM ledger_line WHERE kind IN ('capture', 'release') AND task = ?)";
        values.splice(values.len() - 1..values.len() - 1, [task as &dyn ToSql, task]);
    }
    let sql = format!("SELECT * FROM ledger_line WHERE seq < ?{conditions} ORDER BY seq DESC LIMIT ?");
    db.prepare_cached(&sql)?.query_map(&values[..], row::line)?.collect()
}

pub(crate) fn usage(db: &Connection, asked: &UsageFilter) -> rusqlite::Result<Vec<Usage>> {
    let asked_for = |dimension: &Dimension| asked.by.contains(dimension);
    let shown = Dimension::ALL.map(|one| if asked_for(&one) { one.as_str() } else { "NULL" }).join(", ");
    let groups: Vec<_> = Dimension::ALL.into_iter().filter(asked_for).map(Dimension::as_str).collect();
    let group = if groups.is_empty() {
        String::new()
    } else {
        format!("GROUP BY {0} ORDER BY {0}", groups.join(", "))
    };
    let sql = format!(
        "SELECT {shown}, sum(succeeded), sum(failed), sum(canceled), sum(film_ms), sum(micros) FROM usage
         WHERE day BETWEEN ?1 AND ?2 AND account = ifnull(?3, account) AND key = ifnull(?4, key) {group} LIMIT ?5"
    );
    let (of, by) = (asked.account.as_ref().map(AccountId::as_str), asked.key.as_ref().map(KeyId::as_str));
    let mut statement = db.prepare_cached(&sql)?;
    statement
        .query_map(params![asked.from.0, asked.to.0, of, by, row::limit(asked.limit)], usage_row)?
        .collect()
}

fn usage_row(row: &Row<'_>) -> rusqlite::Result<Usage> {
    let count = |place: usize| {
        Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(place)?.unwrap_or(0).cast_unsigned())
    };
    Ok(Usage {
        day: row.get::<_, Option<i64>>(0)?.map(Day),
        account: row.get::<_, Option<String>>(1)?.map(AccountId::from_text),
        key: row.get::<_, Option<String>>(2)?.map(KeyId::from_text),
        model: row.get(3)?,
        succeeded: count(4)?,
        failed: count(5)?,
        canceled: count(6)?,
        film_ms: count(7)?,
        charged: Micros(row.get::<_, Option<i64>>(8)?.unwrap_or(0)),
    })
}

pub(crate) fn audit(db: &Connection, before: Option<i64>, most: usize) -> rusqlite::Result<Vec<AuditLine>> {
    let mut statement = db.prepare_cached("SELECT * FROM audit WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2")?;
    let rows = statement.query_map(params![before.unwrap_or(i64::MAX), row::limit(most)], |row| {
        Ok(AuditLine {
            seq: row.get("seq")?,
            at: Timestamp::from_millis(row.get("at")?),
            actor: row.get("actor")?,
            action: row.get("action")?,
            subject: row.get("subject")?,
            detail: row.get("detail")?,
        })
    })?;
    rows.collect()
}
