//! A film on its way out, a piece at a time. What the page cache holds is read at once, without a detour through
//! another thread; what the disk must be asked for is read by a thread that may wait. Buffers go round.
//!
//! Mapping the file into memory would spare a copy but needs `unsafe`, and a truncated file would kill the process.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, IoSliceMut};
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::StatusCode;
use rustix::io::{Errno, ReadWriteFlags, preadv2};
use tokio::task::JoinHandle;

use crate::app::App;
use crate::listen::Pulse;
use crate::meter::Line;

/// Bytes that are read and sent at a time: few system calls, and the piece is still in the processor's cache when the
/// socket copies it.
const PIECE: usize = 256 << 10;
/// Buffers that a thread keeps for the next piece.
const KEPT: usize = 8;

/// Bytes `at..end` of a file, on their way out.
pub(crate) struct Film {
    file: Arc<File>,
    at: u64,
    end: u64,
    sent: u64,
    waiting: Option<JoinHandle<io::Result<Piece>>>,
    ticket: Option<Ticket>,
}

/// What is to be told when the film has gone out, or the client has gone away.
struct Ticket {
    line: Line,
    status: StatusCode,
    app: Arc<App>,
    pulse: Arc<Pulse>,
}

impl Film {
    /// Bytes `at..end` of `file`.
    pub(crate) fn new(file: File, at: u64, end: u64) -> Self {
        Self { file: Arc::new(file), at, end, sent: 0, waiting: None, ticket: None }
    }

    /// How many bytes are still to come.
    pub(crate) const fn left(&self) -> u64 {
        self.end - self.at
    }

    /// Says what to log once this is over.
    pub(crate) fn log_at_end(&mut self, line: Line, status: StatusCode, app: Arc<App>, pulse: Arc<Pulse>) {
        self.ticket = Some(Ticket { line, status, app, pulse });
    }

    /// The next piece.
    pub(crate) fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if self.at == self.end {
            return Poll::Ready(None);
        }
        if self.waiting.is_none() {
            if let Some(piece) = read_cached(&self.file, self.at, self.end) {
                return Poll::Ready(Some(piece.map(|piece| self.take(piece))));
            }
            let (file, at, end) = (Arc::clone(&self.file), self.at, self.end);
            self.waiting = Some(tokio::task::spawn_blocking(move || read(&file, at, end)));
        }
        let Some(reading) = &mut self.waiting else { return Poll::Ready(None) };
        let piece = ready!(Pin::new(reading).poll(cx)).unwrap_or_else(|end| Err(io::Error::other(end)));
        self.waiting = None;
        Poll::Ready(Some(piece.map(|piece| self.take(piece))))
    }

    fn take(&mut self, piece: Piece) -> Bytes {
        self.at += piece.length as u64;
        self.sent += piece.length as u64;
        if let Some(ticket) = &self.ticket {
            ticket.pulse.touch();
        }
        Bytes::from_owner(piece)
    }
}

impl Drop for Film {
    fn drop(&mut self) {
        if let Some(Ticket { line, status, app, pulse }) = self.ticket.take() {
            line.end(pulse.touch(), &app.meters, status, self.sent);
        }
    }
}

/// What the page cache holds of `at..end`; `None` when a thread that may wait must read it.
fn read_cached(file: &File, at: u64, end: u64) -> Option<io::Result<Piece>> {
    let mut piece = Piece::take(at, end);
    let mut room = [IoSliceMut::new(&mut piece.buffer[..piece.length])];
    match preadv2(file, &mut room, at, ReadWriteFlags::NOWAIT) {
        Ok(0) => Some(Err(io::ErrorKind::UnexpectedEof.into())),
        Ok(length) => {
            piece.length = length;
            Some(Ok(piece))
        }
        // Not cached, interrupted, or a file system that cannot say: the other way always works.
        Err(Errno::AGAIN | Errno::INTR | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => None,
        Err(error) => Some(Err(error.into())),
    }
}

fn read(file: &File, at: u64, end: u64) -> io::Result<Piece> {
    let mut piece = Piece::take(at, end);
    let length = piece.length;
    file.read_exact_at(&mut piece.buffer[..length], at)?;
    Ok(piece)
}

thread_local! {
    static SPARE: RefCell<Vec<Box<[u8]>>> = const { RefCell::new(Vec::new()) };
}

/// A buffer with `length` bytes in it; goes back to its thread's spare ones when it has been sent.
struct Piece {
    buffer: Box<[u8]>,
    length: usize,
}

impl Piece {
    /// Room for the next piece of `at..end`.
    fn take(at: u64, end: u64) -> Self {
        let buffer = SPARE.with_borrow_mut(Vec::pop).unwrap_or_else(|| vec![0; PIECE].into());
        Self { buffer, length: usize::try_from(end - at).map_or(PIECE, |left| left.min(PIECE)) }
    }
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        // A thread that is ending has no spare ones any more; then the buffer is freed.
        let _kept = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < KEPT {
                spare.push(buffer);
            }
        });
    }
}
