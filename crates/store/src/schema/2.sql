-- Accounts, keys and money. From here on money moves with tasks: see `domain::money` for the books and their lines.
-- The task table is laid anew, as SQLite cannot change a CHECK: a submit in doubt is a step of its own, waiting tasks
-- stand in line by turns, and a create's idempotency key stands with its task.
--
-- No list of a CHECK has more than two members: for a longer one SQLite builds a table in memory at every write, which
-- cost a quarter of a create.

DROP TABLE ledger_entry;
ALTER TABLE api_key RENAME TO old_key;
ALTER TABLE account RENAME TO old_account;
ALTER TABLE task RENAME TO old_task;
DROP INDEX task_due;
DROP INDEX task_of_account;
DROP INDEX task_film;
DROP INDEX task_inputs;
DROP INDEX task_ended;
DROP INDEX task_artifact;

-- Numbers that there is one of: `revision` rises with every change of an account or key, `turn` is the turn that was
-- last served.
CREATE TABLE counter (
    name   TEXT PRIMARY KEY,
    value  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counter VALUES ('revision', 1), ('turn', 0);

CREATE TABLE account (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    created    INTEGER NOT NULL,
    billing    TEXT NOT NULL CHECK (billing IN ('prepaid', 'postpaid')),
    limits     TEXT NOT NULL,
    prices     TEXT NOT NULL,
    suspended  INTEGER,
    available  INTEGER NOT NULL DEFAULT 0 CHECK (available >= 0),
    held       INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
    in_flight  INTEGER NOT NULL DEFAULT 0 CHECK (in_flight >= 0),
    turn       INTEGER NOT NULL DEFAULT 0,
    revision   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX account_revision ON account (revision);

CREATE TABLE api_key (
    id           TEXT PRIMARY KEY,
    account      TEXT NOT NULL REFERENCES account (id),
    name         TEXT NOT NULL,
    scopes       TEXT NOT NULL,
    models       TEXT,
    limits       TEXT NOT NULL,
    budget       TEXT NOT NULL,
    created      INTEGER NOT NULL,
    expires      INTEGER,
    revoked      INTEGER,
    in_flight    INTEGER NOT NULL DEFAULT 0 CHECK (in_flight >= 0),
    day          INTEGER NOT NULL DEFAULT 0,
    day_spent    INTEGER NOT NULL DEFAULT 0 CHECK (day_spent >= 0),
    month        INTEGER NOT NULL DEFAULT 0,
    month_spent  INTEGER NOT NULL DEFAULT 0 CHECK (month_spent >= 0),
    revision     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX api_key_revision ON api_key (revision);
CREATE INDEX api_key_of_account ON api_key (account, id);

-- What a key is shown with: one secret, or several for as long as a rotation overlaps.
CREATE TABLE key_secret (
    hash     BLOB PRIMARY KEY CHECK (length(hash) = 32),
    key      TEXT NOT NULL REFERENCES api_key (id),
    hint     TEXT NOT NULL,
    created  INTEGER NOT NULL,
    expires  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX key_secret_of_key ON key_secret (key);

INSERT INTO account (id, name, created, billing, limits, prices, revision)
SELECT id, name, created, 'postpaid', '{}', '{}', 1 FROM old_account;
INSERT INTO api_key (id, account, name, scopes, limits, budget, created, expires, revoked, revision)
SELECT id, account, name, scopes, '{}', '{}', created, expires, revoked, 1 FROM old_key;
INSERT INTO key_secret SELECT hash, id, hint, created, NULL FROM old_key;
DROP TABLE old_key;
DROP TABLE old_account;

-- Double entry: a line takes from one book and gives to another. What was written stays.
CREATE TABLE ledger_line (
    seq        INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    account    TEXT NOT NULL,
    kind       TEXT NOT NULL,
    source     TEXT NOT NULL,
    target     TEXT NOT NULL,
    micros     INTEGER NOT NULL CHECK (micros > 0),
    task       TEXT,
    key        TEXT,
    note       TEXT NOT NULL DEFAULT '',
    reference  TEXT,
    CHECK (kind = 'grant' AND source = 'operator' AND target = 'available'
        OR kind = 'adjust' AND source = 'operator' AND target = 'available'
        OR kind = 'adjust' AND source = 'available' AND target = 'operator'
        OR kind = 'hold' AND source IN ('available', 'credit') AND target = 'held'
        OR kind = 'capture' AND source = 'held' AND target = 'revenue'
        OR kind = 'release' AND source = 'held' AND target IN ('available', 'credit')),
    CHECK ((kind IN ('grant', 'adjust')) = (task IS NULL)),
    CHECK ((kind IN ('grant', 'adjust')) = (key IS NULL))
) STRICT;
CREATE INDEX ledger_of_account ON ledger_line (account, seq);
CREATE UNIQUE INDEX ledger_hold ON ledger_line (task) WHERE kind = 'hold';
CREATE UNIQUE INDEX ledger_settled ON ledger_line (task) WHERE kind IN ('capture', 'release');
CREATE UNIQUE INDEX ledger_reference ON ledger_line (account, reference) WHERE reference IS NOT NULL;
CREATE TRIGGER ledger_line_stays BEFORE UPDATE ON ledger_line
BEGIN SELECT raise(ABORT, 'a ledger line is never changed'); END;
CREATE TRIGGER ledger_line_remains BEFORE DELETE ON ledger_line
BEGIN SELECT raise(ABORT, 'a ledger line is never removed'); END;

-- What ended on a day (UTC), summed up as it happens: tasks and their rows go, this stays.
CREATE TABLE usage (
    day        INTEGER NOT NULL,
    account    TEXT NOT NULL,
    key        TEXT NOT NULL,
    model      TEXT NOT NULL,
    succeeded  INTEGER NOT NULL,
    failed     INTEGER NOT NULL,
    canceled   INTEGER NOT NULL,
    film_ms    INTEGER NOT NULL,
    micros     INTEGER NOT NULL,
    PRIMARY KEY (day, account, key, model)
) STRICT, WITHOUT ROWID;

-- What operators did.
CREATE TABLE audit (
    seq      INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    action   TEXT NOT NULL,
    subject  TEXT NOT NULL,
    detail   TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'an audit line is never changed'); END;
CREATE TRIGGER audit_remains BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'an audit line is never removed'); END;

CREATE TABLE task (
    seq          INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    account      TEXT NOT NULL,
    key          TEXT NOT NULL,
    created      INTEGER NOT NULL,
    model        TEXT NOT NULL,
    dialect      TEXT NOT NULL CHECK (dialect IN ('sora', 'videos')),
    request      TEXT NOT NULL,
    price        INTEGER NOT NULL CHECK (price >= 0),
    held_from    TEXT CHECK (held_from IN ('available', 'credit')),
    seed         INTEGER NOT NULL,
    idem_key     TEXT,
    fingerprint  BLOB CHECK (length(fingerprint) = 32),
    inputs       TEXT,
    version      INTEGER NOT NULL DEFAULT 1,
    fence        INTEGER NOT NULL DEFAULT 0,
    retries      INTEGER NOT NULL DEFAULT 0,
    attempts     INTEGER NOT NULL DEFAULT 0,
    turn         INTEGER NOT NULL,
    parked       INTEGER NOT NULL DEFAULT 0 CHECK (parked IN (0, 1)),
    state        TEXT NOT NULL CHECK (state IN ('queued', 'running') OR state IN ('succeeded', 'failed')
                                      OR state IN ('canceled', 'expired')),
    step         TEXT CHECK (step IN ('prepare', 'submit') OR step IN ('uncertain', 'poll')
                             OR step IN ('fetch', 'finish')),
    step_since   INTEGER NOT NULL,
    due          INTEGER,
    began        INTEGER,
    percent      INTEGER CHECK (percent BETWEEN 0 AND 99),
    attempt      TEXT,
    attempt_no   INTEGER,
    upstream     TEXT,
    handle       TEXT,
    artifact     TEXT,
    ended        INTEGER,
    expires      INTEGER,
    bytes        INTEGER,
    duration_ms  INTEGER,
    width        INTEGER,
    height       INTEGER,
    failure_code TEXT,
    failure_text TEXT,
    film_gone    INTEGER NOT NULL DEFAULT 0 CHECK (film_gone IN (0, 1)),
    CHECK ((idem_key IS NOT NULL) = (fingerprint IS NOT NULL)),
    CHECK (parked = 0 OR state = 'queued'),
    CHECK ((state IN ('queued', 'running')) = (due IS NOT NULL)),
    CHECK ((state IN ('queued', 'running')) = (step IS NOT NULL)),
    CHECK ((state IN ('queued', 'running')) = (ended IS NULL)),
    CHECK (state != 'queued' OR step IN ('prepare', 'submit')),
    CHECK (state != 'running' OR step != 'prepare'),
    CHECK ((state = 'running') = (attempt IS NOT NULL)),
    CHECK ((state = 'running') = (percent IS NOT NULL)),
    CHECK ((state = 'running') = (began IS NOT NULL)),
    CHECK ((state = 'running') = (attempt_no IS NOT NULL)),
    CHECK ((state = 'running') = (upstream IS NOT NULL)),
    CHECK ((state = 'running' AND step IN ('poll', 'fetch')) = (handle IS NOT NULL)),
    CHECK ((state = 'succeeded' OR state = 'running' AND step = 'finish') = (artifact IS NOT NULL)),
    CHECK ((state = 'succeeded') = (expires IS NOT NULL)),
    CHECK ((state = 'succeeded') = (bytes IS NOT NULL)),
    CHECK ((state = 'succeeded') = (duration_ms IS NOT NULL)),
    CHECK ((state = 'succeeded') = (width IS NOT NULL)),
    CHECK ((state = 'succeeded') = (height IS NOT NULL)),
    CHECK ((state = 'failed') = (failure_code IS NOT NULL)),
    CHECK ((state = 'failed') = (failure_text IS NOT NULL))
) STRICT;

INSERT INTO task (seq, id, account, key, created, model, dialect, request, price, seed, idem_key, fingerprint, inputs,
                  version, fence, retries, attempts, turn, state, step, step_since, due, began, percent, attempt,
                  attempt_no, upstream, handle, artifact, ended, expires, bytes, duration_ms, width, height,
                  failure_code, failure_text, film_gone)
SELECT seq, old.id, old.account, old.key, old.created, model, dialect, request, price, seed, known.key,
       known.fingerprint, inputs, version, fence, retries, attempts, 0, state, step, step_since, due, began, percent,
       attempt, attempt_no, upstream, handle, artifact, ended, expires, bytes, duration_ms, width, height,
       failure_code, failure_text, film_gone
FROM old_task AS old LEFT JOIN idempotency AS known ON known.task = old.id;
DROP TABLE old_task;
DROP TABLE idempotency;

-- What waits and may be claimed, in line by turns; and what has its time: running tasks, and parked ones, which are
-- claimed or put off and come back into the line when they are due.
CREATE INDEX task_ready ON task (step, model, turn, seq) WHERE state = 'queued' AND parked = 0;
CREATE INDEX task_due ON task (state, due) WHERE state = 'running' OR parked = 1;
CREATE INDEX task_of_account ON task (account, seq);
CREATE INDEX task_idempotent ON task (account, idem_key) WHERE idem_key IS NOT NULL;
CREATE INDEX task_film ON task (expires) WHERE expires IS NOT NULL AND film_gone = 0;
CREATE INDEX task_inputs ON task (ended) WHERE inputs IS NOT NULL AND ended IS NOT NULL;
CREATE INDEX task_ended ON task (ended) WHERE ended IS NOT NULL;
CREATE INDEX task_artifact ON task (artifact) WHERE artifact IS NOT NULL;

-- Live tasks from before count as in flight; nothing was held for them.
UPDATE account SET in_flight = (SELECT count(*) FROM task WHERE account = account.id AND due IS NOT NULL);
UPDATE api_key SET in_flight = (SELECT count(*) FROM task WHERE key = api_key.id AND due IS NOT NULL);
