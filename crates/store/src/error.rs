//! Why the store did not do what it was asked, by what the caller can do about it: give up the claim, ask again later,
//! or report a defect of ours.

use rusqlite::ErrorCode;

/// Why the store did not do what it was asked. Nothing of it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else has claimed the task since, or it has ended.
    #[error("the lease was lost")]
    LeaseLost,
    /// More writes wait than may.
    #[error("too many writes are waiting")]
    Busy,
    /// The database cannot take or give it now. It recovers by itself when the cause goes away.
    #[error("the database is unavailable: {0}")]
    Unavailable(Outage),
    /// The tables refused what was to be written, or a row says what no code of ours writes: a defect.
    #[error("a row is not as it must be: {0}")]
    Defect(String),
}

/// Why the database cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Outage {
    /// No room is left.
    #[error("the disk is full")]
    DiskFull,
    /// The file cannot be read or written.
    #[error("the disk does not read or write")]
    Disk,
    /// Another process holds it for too long.
    #[error("another process holds it")]
    Locked,
    /// The store was closed.
    #[error("it was closed")]
    Closed,
    /// Whatever else it may report.
    #[error("it reported an error")]
    Other,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if is_defect(&error) {
            return Self::Defect(error.to_string());
        }
        Self::Unavailable(match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Outage::DiskFull,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Outage::Locked,
            Some(
                ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase,
            ) => Outage::Disk,
            _ => Outage::Other,
        })
    }
}

/// Whether it is this one write or row that is wrong, and not the database.
pub(crate) fn is_defect(error: &rusqlite::Error) -> bool {
    use ErrorCode::{ConstraintViolation, TooBig, TypeMismatch};
    matches!(error.sqlite_error_code(), None | Some(ConstraintViolation | TooBig | TypeMismatch))
}
