//! Being asked to stop: SIGINT (Ctrl-C) and SIGTERM are one event. Whoever listens may hear it more than once.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::trouble::Trouble;

/// Both signals.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Listens from now on; the signals no longer end the process by themselves.
    pub(crate) fn listen() -> Result<Self, Trouble> {
        let open = |kind| signal(kind).map_err(|why| Trouble::new(format!("signals cannot be heard: {why}")));
        Ok(Self { interrupt: open(SignalKind::interrupt())?, terminate: open(SignalKind::terminate())? })
    }

    /// Waits for the next of either.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
