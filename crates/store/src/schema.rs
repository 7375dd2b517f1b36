//! Opening the database: the lock on its folder, its settings, its tables and their versions.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::{Durability, Settings};

/// The steps from an empty file to the present tables; `PRAGMA user_version` says how many were taken.
pub(crate) const MIGRATIONS: [&str; 3] =
    [include_str!("schema/1.sql"), include_str!("schema/2.sql"), include_str!("schema/3.sql")];

/// Pages in the log before it is put into the database file: at ten thousand, checkpoints cost creates little.
const CHECKPOINT_PAGES: i32 = 10_000;

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process serves from the folder.
    #[error("{} is in use by another Filmgate; stop that one or choose another folder", .0.display())]
    InUse(PathBuf),
    /// A newer Filmgate has written it.
    #[error("{} was written by a newer Filmgate (tables of version {found}, this one knows {known}); use that one", .dir.display())]
    Newer {
        /// The folder.
        dir: PathBuf,
        /// The version found.
        found: u32,
        /// The newest version known.
        known: u32,
    },
    /// The folder cannot be made, read or written.
    #[error("{}: {error}", .path.display())]
    Io {
        /// What was touched.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The database cannot be used.
    #[error("the database cannot be used: {0}")]
    Database(#[from] rusqlite::Error),
}

/// The database file of the store in `dir`.
pub(crate) fn file(dir: &Path) -> PathBuf {
    dir.join("filmgate.db")
}

/// The lock on the folder. It is let go when this is dropped, also when a child that is being started has inherited the
/// file.
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Should it fail, the lock goes with the last copy of the file.
        let _unlocked = rustix::fs::flock(&self.0, rustix::fs::FlockOperation::Unlock);
    }
}

/// The lock and the connection of the one process that serves from the folder.
pub(crate) fn open_alone(settings: &Settings) -> Result<(Lock, Connection), OpenError> {
    let lock = lock(&settings.dir)?;
    let mut connection = connect(settings)?;
    migrate(&mut connection, &settings.dir)?;
    Ok((lock, connection))
}

/// A connection beside the process that serves. Tables are brought up to date only when there is none.
pub(crate) fn open_beside(settings: &Settings) -> Result<Connection, OpenError> {
    make_private(&settings.dir).map_err(|error| OpenError::Io { path: settings.dir.clone(), error })?;
    let mut connection = connect(settings)?;
    let _alone = if version(&connection)? == KNOWN { None } else { Some(lock(&settings.dir)?) };
    migrate(&mut connection, &settings.dir)?;
    Ok(connection)
}

fn lock(dir: &Path) -> Result<Lock, OpenError> {
    let io = |error| OpenError::Io { path: dir.to_owned(), error };
    make_private(dir).map_err(io)?;
    let path = dir.join("filmgate.lock");
    let lock = File::options().create(true).truncate(false).write(true).open(&path);
    let lock = lock.map_err(|error| OpenError::Io { path, error })?;
    match rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Lock(lock)),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(OpenError::InUse(dir.to_owned())),
        Err(error) => Err(io(error.into())),
    }
}

fn make_private(dir: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

fn connect(settings: &Settings) -> Result<Connection, OpenError> {
    let connection = Connection::open(file(&settings.dir))?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    let synchronous = if settings.durability == Durability::Full { "FULL" } else { "OFF" };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -16_000)?;
    // A plan does not depend on the values that are bound; otherwise some statements are planned anew for each.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// The newest version of the tables.
const KNOWN: u32 = MIGRATIONS.len() as u32;

fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn migrate(connection: &mut Connection, dir: &Path) -> Result<(), OpenError> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    if found > KNOWN {
        return Err(OpenError::Newer { dir: dir.to_owned(), found, known: KNOWN });
    }
    for step in &MIGRATIONS[found as usize..] {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", KNOWN)?;
    transaction.commit()?;
    Ok(())
}
