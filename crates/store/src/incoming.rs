//! A blob on its way to the disk. Pieces are gathered and written a batch at a time by a thread that may block, while the
//! next batch comes in; now and then what has been written is pushed on to the disk, so that the end has little left to
//! wait for. Two batches are in memory at most, whatever the blob weighs.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::{JoinHandle, spawn_blocking};

/// Bytes of a batch.
const BATCH: usize = 512 << 10;
/// Bytes between one push to the disk and the next.
const PUSHED: u64 = 16 << 20;

/// A blob that is being written. Dropped before its end, it leaves nothing behind.
pub struct BlobWriter {
    file: Arc<File>,
    incoming: Incoming,
    path: PathBuf,
    bytes: u64,
    batch: Vec<Bytes>,
    gathered: usize,
    writing: Option<JoinHandle<io::Result<()>>>,
    pushing: Option<JoinHandle<io::Result<()>>>,
    pushed: u64,
}

/// A half-written file; removed unless it was moved under its name.
struct Incoming(Option<PathBuf>);

impl Drop for Incoming {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            // What cannot be removed now is cleared at the next start.
            let _left = std::fs::remove_file(path);
        }
    }
}

impl BlobWriter {
    /// Begins a file at `incoming` that is to stand at `path` in the end.
    pub(crate) async fn begin(incoming: PathBuf, path: PathBuf) -> io::Result<Self> {
        let at = incoming.clone();
        let open = move || File::options().write(true).create_new(true).open(at);
        let file = spawn_blocking(open).await.map_err(io::Error::other)??;
        Ok(Self {
            file: Arc::new(file),
            incoming: Incoming(Some(incoming)),
            path,
            bytes: 0,
            batch: Vec::new(),
            gathered: 0,
            writing: None,
            pushing: None,
            pushed: 0,
        })
    }

    /// Adds bytes. An error may be that of bytes added before.
    pub async fn write(&mut self, bytes: Bytes) -> io::Result<()> {
        self.bytes += bytes.len() as u64;
        self.gathered += bytes.len();
        self.batch.push(bytes);
        if self.gathered < BATCH {
            return Ok(());
        }
        self.hand_over().await?;
        if self.bytes - self.pushed >= PUSHED && self.pushing.as_ref().is_none_or(JoinHandle::is_finished) {
            ended(self.pushing.take()).await?;
            self.pushed = self.bytes;
            let file = self.file.clone();
            self.pushing = Some(spawn_blocking(move || file.sync_data()));
        }
        Ok(())
    }

    /// Has the batch written, once the one before it is.
    async fn hand_over(&mut self) -> io::Result<()> {
        ended(self.writing.take()).await?;
        let (batch, file) = (std::mem::take(&mut self.batch), self.file.clone());
        self.gathered = 0;
        self.writing =
            Some(spawn_blocking(move || batch.iter().try_for_each(|piece| (&*file).write_all(piece))));
        Ok(())
    }

    /// Makes the blob durable and lets it stand under its name; answers its size.
    pub async fn finish(mut self) -> io::Result<u64> {
        self.hand_over().await?;
        ended(self.writing.take()).await?;
        ended(self.pushing.take()).await?;
        let (file, to) = (self.file.clone(), self.path.clone());
        let from = self.incoming.0.clone().unwrap_or_default();
        let moving = move || {
            file.sync_all()?;
            std::fs::rename(&from, &to)?;
            File::open(to.parent().unwrap_or(&to))?.sync_all()
        };
        spawn_blocking(moving).await.map_err(io::Error::other)??;
        self.incoming.0 = None;
        Ok(self.bytes)
    }
}

/// How work that was handed over ended.
async fn ended(work: Option<JoinHandle<io::Result<()>>>) -> io::Result<()> {
    match work {
        Some(work) => work.await.map_err(io::Error::other)?,
        None => Ok(()),
    }
}
