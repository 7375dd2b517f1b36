//! The proof of the ledger: every balance is the sum of its lines, every finished task has one hold and one settlement
//! of the right kind, and no unfinished one is settled. Read in one transaction, so it may run while others write.

use std::fmt::Write as _;

use filmgate_domain::money::{Micros, Proof};
use rusqlite::Connection;

/// Findings that are spelled out; the rest is counted.
const SHOWN: usize = 100;

/// A question whose every answer is a fault: its name, what it says of each answer, and the query. The query's columns
/// fill the sentence's `{}` in their order.
struct Question {
    says: &'static str,
    sql: &'static str,
}

const QUESTIONS: [Question; 10] = [
    Question {
        says: "account {}: {} is available, its lines add up to {}",
        sql: "SELECT a.id, a.available, ifnull(s.sum, 0) FROM account AS a LEFT JOIN (
                SELECT account, sum(iif(target = 'available', micros, 0) - iif(source = 'available', micros, 0)) AS sum
                FROM ledger_line GROUP BY account) AS s ON s.account = a.id WHERE a.available != ifnull(s.sum, 0)",
    },
    Question {
        says: "account {}: {} is held, its lines add up to {}",
        sql: "SELECT a.id, a.held, ifnull(s.sum, 0) FROM account AS a LEFT JOIN (
                SELECT account, sum(iif(target = 'held', micros, 0) - iif(source = 'held', micros, 0)) AS sum
                FROM ledger_line GROUP BY account) AS s ON s.account = a.id WHERE a.held != ifnull(s.sum, 0)",
    },
    Question {
        says: "line {}: there is no account {}",
        sql: "SELECT seq, account FROM ledger_line WHERE account NOT IN (SELECT id FROM account)",
    },
    Question {
        says: "task {} costs {} and has no hold of that",
        sql: "SELECT t.id, t.price FROM task AS t LEFT JOIN ledger_line AS h ON h.kind = 'hold' AND h.task = t.id
              WHERE t.held_from IS NOT NULL AND (h.seq IS NULL OR h.micros != t.price OR h.source != t.held_from
                OR h.account != t.account OR h.key != t.key)",
    },
    Question {
        says: "task {} holds nothing and has a hold of {}",
        sql: "SELECT t.id, h.micros FROM task AS t JOIN ledger_line AS h ON h.kind = 'hold' AND h.task = t.id
              WHERE t.held_from IS NULL",
    },
    Question {
        says: "task {} is {} and settled by {}",
        sql: "SELECT t.id, t.state, ifnull(s.kind, 'nothing') FROM task AS t
              LEFT JOIN ledger_line AS s ON s.kind IN ('capture', 'release') AND s.task = t.id
              WHERE t.held_from IS NOT NULL AND s.kind IS NOT CASE WHEN t.due IS NOT NULL THEN NULL
                WHEN t.state = 'succeeded' THEN 'capture' ELSE 'release' END",
    },
    Question {
        says: "line {}: the {} of task {} is not of what was held",
        sql: "SELECT s.seq, s.kind, s.task FROM ledger_line AS s
              LEFT JOIN ledger_line AS h ON h.kind = 'hold' AND h.task = s.task
              WHERE s.kind IN ('capture', 'release') AND (h.seq IS NULL OR h.micros != s.micros
                OR h.account != s.account OR h.key != s.key OR h.seq > s.seq
                OR s.target != iif(s.kind = 'capture', 'revenue', h.source))",
    },
    Question {
        says: "line {}: {} is held for task {}, which is gone",
        sql: "SELECT h.seq, h.micros, h.task FROM ledger_line AS h
              LEFT JOIN ledger_line AS s ON s.kind IN ('capture', 'release') AND s.task = h.task
              WHERE h.kind = 'hold' AND s.seq IS NULL AND h.task NOT IN (SELECT id FROM task)",
    },
    Question {
        says: "{} {}: {} tasks are said to be in flight, {} are",
        sql: "SELECT 'account', a.id, a.in_flight, ifnull(t.n, 0) FROM account AS a LEFT JOIN (
                SELECT account, count(*) AS n FROM task WHERE due IS NOT NULL GROUP BY account) AS t
              ON t.account = a.id WHERE a.in_flight != ifnull(t.n, 0)
              UNION ALL
              SELECT 'key', k.id, k.in_flight, ifnull(t.n, 0) FROM api_key AS k LEFT JOIN (
                SELECT key, count(*) AS n FROM task WHERE due IS NOT NULL GROUP BY key) AS t
              ON t.key = k.id WHERE k.in_flight != ifnull(t.n, 0)",
    },
    Question {
        says: "account {}, day {}: {} was charged, its usage says {}",
        sql: "SELECT account, date(day * 86400, 'unixepoch'), sum(charged), sum(used) FROM (
                SELECT account, at / 86400000 AS day, sum(micros) AS charged, 0 AS used FROM ledger_line
                WHERE kind = 'capture' GROUP BY account, day
                UNION ALL
                SELECT account, day, 0, sum(micros) FROM usage GROUP BY account, day)
              GROUP BY account, day HAVING sum(charged) != sum(used)",
    },
];

/// Proves the ledger, or says what does not add up.
pub(crate) fn prove(db: &Connection) -> rusqlite::Result<Proof> {
    let transaction = db.unchecked_transaction()?;
    let mut proof = sums(&transaction)?;
    for question in &QUESTIONS {
        ask(&transaction, question, &mut proof)?;
    }
    let difference =
        proof.granted.0 - proof.available.0 - proof.held.0 - proof.captured.0 + credit(&transaction)?;
    if difference != 0 {
        proof.findings.push(format!("the books do not balance: {} is missing", Micros(difference)));
    }
    Ok(proof)
}

fn sums(db: &Connection) -> rusqlite::Result<Proof> {
    let sql = "SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM ledger_line),
                 (SELECT count(*) FROM task WHERE held_from IS NOT NULL),
                 (SELECT ifnull(sum(iif(source = 'operator', micros, -micros)), 0) FROM ledger_line
                  WHERE kind IN ('grant', 'adjust')),
                 (SELECT ifnull(sum(micros), 0) FROM ledger_line WHERE kind = 'capture'),
                 (SELECT ifnull(sum(available), 0) FROM account), (SELECT ifnull(sum(held), 0) FROM account)";
    db.query_row(sql, [], |row| {
        let count = |place: usize| Ok::<_, rusqlite::Error>(row.get::<_, i64>(place)?.cast_unsigned());
        let micros = |place: usize| Ok::<_, rusqlite::Error>(Micros(row.get(place)?));
        Ok(Proof {
            accounts: count(0)?,
            lines: count(1)?,
            tasks: count(2)?,
            granted: micros(3)?,
            captured: micros(4)?,
            available: micros(5)?,
            held: micros(6)?,
            ..Proof::default()
        })
    })
}

/// What postpaid accounts owe, or will.
fn credit(db: &Connection) -> rusqlite::Result<i64> {
    let sql = "SELECT ifnull(sum(iif(source = 'credit', micros, -micros)), 0) FROM ledger_line
               WHERE source = 'credit' OR target = 'credit'";
    db.query_row(sql, [], |row| row.get(0))
}

fn ask(db: &Connection, question: &Question, proof: &mut Proof) -> rusqlite::Result<()> {
    let mut statement = db.prepare(question.sql)?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if proof.findings.len() >= SHOWN {
            proof.more += 1;
            continue;
        }
        let mut sentence = String::new();
        for (place, part) in question.says.split("{}").enumerate() {
            sentence += part;
            if place < columns {
                let _infallible = match row.get_ref(place)? {
                    rusqlite::types::ValueRef::Integer(number) => write!(sentence, "{number}"),
                    rusqlite::types::ValueRef::Text(text) => {
                        write!(sentence, "{}", String::from_utf8_lossy(text))
                    }
                    other => write!(sentence, "{other:?}"),
                };
            }
        }
        proof.findings.push(sentence);
    }
    Ok(())
}
