//! Bytes on disk: written to a file of their own, synced, and only then moved under their name. Whoever finds a blob
//! under its name finds all of it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::{ArtifactId, Entropy, TaskId};
use filmgate_domain::media::BlobKey;

use crate::OpenError;
use crate::incoming::BlobWriter;

const FOLDERS: [&str; 3] = ["artifacts", "inputs", INCOMING];
const INCOMING: &str = "incoming";

/// The bytes of a store. Cheap to clone.
#[derive(Clone)]
pub struct Blobs {
    root: Arc<Path>,
    entropy: Arc<dyn Entropy>,
}

impl Blobs {
    pub(crate) fn new(root: &Path, entropy: Arc<dyn Entropy>) -> Result<Self, OpenError> {
        for folder in FOLDERS {
            let path = root.join(folder);
            std::fs::create_dir_all(&path).map_err(|error| OpenError::Io { path, error })?;
        }
        Ok(Self { root: root.into(), entropy })
    }

    /// Removes what an earlier process left half written.
    pub(crate) fn clear_incoming(&self) -> Result<(), OpenError> {
        let path = self.root.join(INCOMING);
        let clear = || std::fs::read_dir(&path)?.try_for_each(|entry| std::fs::remove_file(entry?.path()));
        clear().map_err(|error| OpenError::Io { path: path.clone(), error })
    }

    /// The folder that all names are under.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the blob is, or would be.
    pub fn path(&self, blob: &BlobKey) -> PathBuf {
        self.root.join(blob.to_string())
    }

    /// Begins a blob. Nothing stands under its name until [`BlobWriter::finish`].
    pub async fn create(&self, blob: &BlobKey) -> io::Result<BlobWriter> {
        let mut tail = [0_u8; 8];
        self.entropy.fill(&mut tail);
        let incoming = self.root.join(INCOMING).join(format!("{:016x}", u64::from_be_bytes(tail)));
        BlobWriter::begin(incoming, self.path(blob)).await
    }

    /// Opens a blob for reading.
    pub fn open(&self, blob: &BlobKey) -> io::Result<std::fs::File> {
        std::fs::File::open(self.path(blob))
    }

    /// Removes a blob; one that is not there is removed already.
    pub async fn delete(&self, blob: &BlobKey) -> io::Result<()> {
        match tokio::fs::remove_file(self.path(blob)).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// Every blob written before `before`, with the moment it was written. Files whose names are no blob's are none of
    /// ours and are passed over.
    pub async fn list(&self, before: Timestamp) -> io::Result<Vec<(BlobKey, Timestamp)>> {
        let root = self.root.clone();
        let listing = move || {
            let mut found = Vec::new();
            for folder in &FOLDERS[..2] {
                for entry in std::fs::read_dir(root.join(folder))? {
                    let entry = entry?;
                    let Some(blob) = entry.file_name().to_str().and_then(|name| parse(folder, name)) else {
                        continue;
                    };
                    // A file may go while it is looked at.
                    let Ok(written) = entry.metadata().and_then(|about| about.modified()) else { continue };
                    let written = written.duration_since(UNIX_EPOCH).unwrap_or_default();
                    let written = Timestamp::from_millis(0) + written;
                    if written < before {
                        found.push((blob, written));
                    }
                }
            }
            Ok(found)
        };
        tokio::task::spawn_blocking(listing).await.map_err(io::Error::other)?
    }
}

/// The blob that a file in `folder` called `name` holds.
fn parse(folder: &str, name: &str) -> Option<BlobKey> {
    if folder == "artifacts" {
        return name.strip_suffix(".mp4").map(|id| BlobKey::Artifact(ArtifactId::from_text(id)));
    }
    let mut parts = name.rsplitn(3, '.');
    let (tail, place, task) = (parts.next()?, parts.next()?, parts.next()?);
    Some(BlobKey::Input { task: TaskId::from_text(task), place: place.parse().ok()?, tail: tail.into() })
}
