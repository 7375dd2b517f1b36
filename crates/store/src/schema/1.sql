-- The tables. The lifecycle of `domain::task::State` is repeated here as CHECKs, so that no defect of ours and no
-- hand at the database can store a task that could not exist.

CREATE TABLE account (
    id              TEXT PRIMARY KEY,
    name            TEXT NOT NULL,
    created         INTEGER NOT NULL,
    balance_micros  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key (
    id       TEXT PRIMARY KEY,
    account  TEXT NOT NULL REFERENCES account (id),
    hash     BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    name     TEXT NOT NULL,
    hint     TEXT NOT NULL,
    scopes   TEXT NOT NULL,
    created  INTEGER NOT NULL,
    expires  INTEGER,
    revoked  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE task (
    seq          INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    account      TEXT NOT NULL,
    key          TEXT NOT NULL,
    created      INTEGER NOT NULL,
    model        TEXT NOT NULL,
    dialect      TEXT NOT NULL CHECK (dialect IN ('sora', 'videos')),
    request      TEXT NOT NULL,
    price        INTEGER NOT NULL,
    seed         INTEGER NOT NULL,
    inputs       TEXT,
    version      INTEGER NOT NULL DEFAULT 1,
    fence        INTEGER NOT NULL DEFAULT 0,
    retries      INTEGER NOT NULL DEFAULT 0,
    attempts     INTEGER NOT NULL DEFAULT 0,
    state        TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'canceled', 'expired')),
    step         TEXT CHECK (step IN ('prepare', 'submit', 'poll', 'fetch', 'finish')),
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

-- The three lanes that work is claimed from: `prepare`, `submit`, `running`.
CREATE INDEX task_due ON task (iif(state = 'running', state, step), due) WHERE due IS NOT NULL;
CREATE INDEX task_of_account ON task (account, seq);
CREATE INDEX task_film ON task (expires) WHERE expires IS NOT NULL AND film_gone = 0;
CREATE INDEX task_inputs ON task (ended) WHERE inputs IS NOT NULL AND ended IS NOT NULL;
CREATE INDEX task_ended ON task (ended) WHERE ended IS NOT NULL;
CREATE INDEX task_artifact ON task (artifact) WHERE artifact IS NOT NULL;

CREATE TABLE idempotency (
    account      TEXT NOT NULL,
    key          TEXT NOT NULL,
    fingerprint  BLOB NOT NULL CHECK (length(fingerprint) = 32),
    task         TEXT NOT NULL,
    created      INTEGER NOT NULL,
    PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_created ON idempotency (created);
CREATE INDEX idempotency_task ON idempotency (task);

-- Money has its place: double entry, immutable lines. Nothing writes here yet.
CREATE TABLE ledger_entry (
    seq      INTEGER PRIMARY KEY,
    account  TEXT NOT NULL REFERENCES account (id),
    kind     TEXT NOT NULL CHECK (kind IN ('grant', 'hold', 'capture', 'release', 'adjust')),
    micros   INTEGER NOT NULL,
    task     TEXT,
    note     TEXT NOT NULL DEFAULT '',
    created  INTEGER NOT NULL
) STRICT;
