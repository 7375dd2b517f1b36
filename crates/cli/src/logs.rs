//! Logs: one line an event on stderr, as text or JSON. The filter is a list of levels by part
//! (`info,filmgate_store=debug`), without regular expressions. Lines are handed to a thread that writes them, so a slow
//! terminal does not slow down an answer; when it falls far behind, lines are dropped and counted rather than piled up.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::Config;
use crate::config::value::LogFormat;
use crate::trouble::Trouble;

/// How many lines may wait for the terminal.
const WAITING: usize = 8 * 1024;

/// Writes what is still waiting when dropped. Keep it until the end of the program.
pub(crate) struct Logs {
    queue: Option<SyncSender<Vec<u8>>>,
    writer: Option<JoinHandle<()>>,
}

/// Starts logging as `config` says; once a process.
pub(crate) fn start(config: &Config) -> Result<Logs, Trouble> {
    let filter = filter(&config.log).ok_or_else(|| {
        Trouble::new(format!(
            "`log` is wrong: got `{}`, expected error, warn, info, debug or trace, or levels by part such as \
             info,filmgate_store=debug",
            config.log
        ))
    })?;
    let (sender, receiver) = sync_channel(WAITING);
    let lost = Arc::new(AtomicU64::new(0));
    let queue = Queue { sender: sender.clone(), lost: lost.clone() };
    let writer = std::thread::Builder::new().name("logs".to_owned()).spawn(move || write(&receiver, &lost));
    let writer = writer.map_err(|why| Trouble::new(format!("the log thread cannot be started: {why}")))?;
    let lines = tracing_subscriber::fmt::layer().with_writer(queue).with_ansi(false);
    let layer = match config.log_format {
        LogFormat::Text => lines.compact().with_filter(filter).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_filter(filter).boxed(),
    };
    let _already = tracing_subscriber::registry().with(layer).try_init();
    Ok(Logs { queue: Some(sender), writer: Some(writer) })
}

/// A level, or a part and its level, divided by commas. A bare name would be a part at the loudest level: more likely a
/// typing error than a wish.
fn filter(text: &str) -> Option<Targets> {
    let level = |entry: &str| entry.rsplit_once('=').map_or(entry, |(_, level)| level).trim().to_lowercase();
    let known = |entry: &str| ["off", "error", "warn", "info", "debug", "trace"].contains(&&*level(entry));
    text.split(',').all(known).then(|| text.parse().ok())?
}

/// Takes lines until every sender is gone, or an empty line says that it is over.
fn write(lines: &Receiver<Vec<u8>>, lost: &AtomicU64) {
    let mut batch = Vec::new();
    while let Ok(line) = lines.recv() {
        let mut over = line.is_empty();
        batch.extend(line);
        while let Ok(line) = lines.try_recv() {
            over |= line.is_empty();
            batch.extend(line);
        }
        match lost.swap(0, Ordering::Relaxed) {
            0 => {}
            count => {
                batch.extend(format!("{count} log lines were dropped: stderr is too slow\n").into_bytes());
            }
        }
        // Where nobody reads the log, nobody can be told.
        let _unread = io::stderr().lock().write_all(&batch);
        batch.clear();
        if over {
            return;
        }
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        if let Some(queue) = self.queue.take() {
            let _gone = queue.send(Vec::new());
        }
        if let Some(writer) = self.writer.take() {
            let _panicked = writer.join();
        }
    }
}

struct Queue {
    sender: SyncSender<Vec<u8>>,
    lost: Arc<AtomicU64>,
}

impl<'a> MakeWriter<'a> for Queue {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { queue: self, bytes: Vec::with_capacity(160) }
    }
}

/// One event as it is formatted; it goes to the writer when it is complete.
struct Line<'a> {
    queue: &'a Queue,
    bytes: Vec<u8>,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let line = std::mem::take(&mut self.bytes);
        if !line.is_empty() && self.queue.sender.try_send(line).is_err() {
            self.queue.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}
