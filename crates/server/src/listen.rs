//! Listeners, loops, connections. One loop is one thread with its own listener (`SO_REUSEPORT`, so the kernel deals the
//! connections out) and its own small runtime; a request is read, answered and written without leaving its thread.
//!
//! Every wait of a connection is bounded. Each has one alarm that looks at its [`Pulse`] when it goes off, instead of a
//! timer for every request. At the end no new connection is taken, requests in flight end, and waiting polls are
//! answered at once.

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use filmgate_contract::catalogue::Catalogue;
use filmgate_gateway::Gateway;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use metrics_exporter_prometheus::PrometheusHandle;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use crate::app::App;
use crate::front::Front;
use crate::origin::Ends;
use crate::settings::{InvalidSettings, Settings};

/// Connections that all loops together hold at once; more wait in the kernel's queue until one ends.
const MOST_CONNECTIONS: usize = 16_384;
/// Connections that may wait in the kernel's queue of each listener.
const BACKLOG: i32 = 1024;
/// The largest head of a request, in bytes; what is larger, or has more than a hundred headers, is answered with 431.
const HEAD_BYTES: usize = 16 << 10;
/// The pause after a connection could not be taken because something ran out.
const SHORTAGE: Duration = Duration::from_millis(50);
/// How often samples are folded into their histograms, so that they do not pile up between two scrapes.
const UPKEEP: Duration = Duration::from_secs(5);
/// How long threads that wait for the disk may take to end after everything else has.
const LAST_READS: Duration = Duration::from_millis(500);

/// Why no listener could be opened.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The settings cannot be served.
    #[error(transparent)]
    Settings(#[from] InvalidSettings),
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}: {error}")]
    Address {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        error: io::Error,
    },
}

/// Open listeners that nobody serves yet.
pub struct Bound {
    address: SocketAddr,
    listeners: Vec<StdListener>,
    settings: Settings,
    gateway: Gateway,
    catalogue: Catalogue,
    metrics: PrometheusHandle,
}

/// Opens the listeners on `address`; port 0 lets the system choose. From here on connections queue up, and are answered
/// once [`Bound::run`] runs.
pub fn bind(
    address: SocketAddr,
    settings: Settings,
    gateway: Gateway,
    catalogue: Catalogue,
    metrics: PrometheusHandle,
) -> Result<Bound, BindError> {
    settings.check()?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let loops = if settings.loops == 0 { cores } else { settings.loops };
    let listeners = open(address, loops).map_err(|error| BindError::Address { address, error })?;
    let address = listeners[0].local_addr().map_err(|error| BindError::Address { address, error })?;
    Ok(Bound { address, listeners, settings, gateway, catalogue, metrics })
}

fn open(address: SocketAddr, loops: usize) -> io::Result<Vec<StdListener>> {
    // Another process of ours would let us share its port; this refuses to.
    socket(address, false)?;
    let first = listen(address)?;
    let address = first.local_addr()?;
    let others = (1..loops).map(|_| listen(address));
    std::iter::once(Ok(first)).chain(others).collect()
}

fn listen(address: SocketAddr) -> io::Result<StdListener> {
    let socket = socket(address, true)?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn socket(address: SocketAddr, shared: bool) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(shared)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

impl Bound {
    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` says true, or its sender is gone, and the requests in flight have ended; those that have
    /// not after the grace of the settings are cut off.
    pub async fn run(self, shutdown: watch::Receiver<bool>) -> io::Result<()> {
        let Self { listeners, settings, gateway, catalogue, metrics, .. } = self;
        let room = MOST_CONNECTIONS.div_ceil(listeners.len());
        let app = Arc::new(App::new(settings, gateway, catalogue, metrics.clone(), shutdown));
        let mut ends = Vec::new();
        for (number, listener) in listeners.into_iter().enumerate() {
            let (ended, end) = oneshot::channel();
            let app = Arc::clone(&app);
            std::thread::Builder::new().name(format!("http-{number}")).spawn(move || {
                // Nobody to tell: whoever ran the server is gone.
                let _told = ended.send(turn(listener, app, room));
            })?;
            ends.push(end);
        }
        let all = async {
            for end in ends {
                end.await.unwrap_or_else(|_| Err(io::Error::other("a loop of the server panicked")))?;
            }
            Ok(())
        };
        tokio::select! {
            end = all => end,
            () = keep_up(metrics) => Ok(()),
        }
    }
}

async fn keep_up(metrics: PrometheusHandle) {
    let mut every = tokio::time::interval(UPKEEP);
    loop {
        every.tick().await;
        metrics.run_upkeep();
    }
}

/// One loop, until it is told to stop.
fn turn(listener: StdListener, app: Arc<App>, room: usize) -> io::Result<()> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(64).build()?;
    let end = runtime.block_on(accept(listener, app, room));
    runtime.shutdown_timeout(LAST_READS);
    end
}

async fn accept(listener: StdListener, app: Arc<App>, room: usize) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let mut http = http1::Builder::new();
    http.max_header_size(HEAD_BYTES).header_read_timeout(None);
    let mut stopping = app.stopping.clone();
    let mut connections = JoinSet::new();
    while !*stopping.borrow_and_update() {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < room => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(converse(stream, peer, http.clone(), Arc::clone(&app)));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(SHORTAGE).await;
                }
            },
            Some(_) = connections.join_next() => {}
            end = stopping.changed() => if end.is_err() { break },
        }
    }
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(app.settings.grace, all).await.is_err() {
        tracing::warn!("some requests did not end in time and were cut off");
    }
    Ok(())
}

/// One connection, from its first byte to its last.
async fn converse(stream: TcpStream, peer: SocketAddr, http: http1::Builder, app: Arc<App>) {
    let Ok(local) = stream.local_addr() else { return };
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let (header_span, idle_span) = (app.settings.header_span, app.settings.idle_span);
    let mut stopping = app.stopping.clone();
    let pulse = Arc::new(Pulse::new());
    let front = Front { app, ends: Ends { peer, local }, pulse: Arc::clone(&pulse) };
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), front));
    let mut alarm = pin!(tokio::time::sleep(header_span));
    let mut ending = false;
    loop {
        tokio::select! {
            biased;
            end = connection.as_mut() => {
                if let Err(error) = end {
                    tracing::debug!(%peer, %error, "a connection broke");
                }
                return;
            }
            () = alarm.as_mut() => match pulse.patience(header_span, idle_span) {
                Some(span) => alarm.as_mut().reset(tokio::time::Instant::now() + span),
                None => return,
            },
            end = stopping.changed(), if !ending => {
                ending = end.is_err() || *stopping.borrow();
                if ending {
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

/// When something last happened on a connection.
pub(crate) struct Pulse {
    born: Instant,
    /// Milliseconds from birth to the last sign of life; zero before the first request.
    last: AtomicU64,
    /// Whether a handler is at work, which bounds its own time.
    asking: AtomicBool,
}

impl Pulse {
    fn new() -> Self {
        Self { born: Instant::now(), last: AtomicU64::new(0), asking: AtomicBool::new(false) }
    }

    /// A request has come; says when.
    pub(crate) fn begin(&self) -> Instant {
        self.asking.store(true, Ordering::Relaxed);
        self.touch()
    }

    /// Its answer is ready to go; says when.
    pub(crate) fn end(&self) -> Instant {
        self.asking.store(false, Ordering::Relaxed);
        self.touch()
    }

    /// A sign of life; says when.
    pub(crate) fn touch(&self) -> Instant {
        let now = Instant::now();
        self.last.store((now - self.born).as_millis().max(1) as u64, Ordering::Relaxed);
        now
    }

    /// How much longer the connection may stay quiet; `None` when it has been for too long.
    fn patience(&self, header_span: Duration, idle_span: Duration) -> Option<Duration> {
        if self.asking.load(Ordering::Relaxed) {
            return Some(idle_span);
        }
        let last = self.last.load(Ordering::Relaxed);
        let span = if last == 0 { header_span } else { idle_span };
        let quiet = self.born.elapsed().saturating_sub(Duration::from_millis(last));
        span.checked_sub(quiet).filter(|left| !left.is_zero())
    }
}
