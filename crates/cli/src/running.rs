//! A house that runs: the server's loops on threads of their own, worker and sweep on the runtime of whoever started
//! it. Stopping is in order: no new requests and no new work, what is under way ends or is handed back, then the store
//! closes.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use filmgate_gateway::Gateway;
use filmgate_server::BindError;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::compose::House;
use crate::config::Config;
use crate::trouble::Trouble;

/// How long requests and steps under way may take to end. What comes after must fit into the ten seconds that an
/// operator is promised.
const GRACE: Duration = Duration::from_secs(6);

/// A running Filmgate.
pub(crate) struct Running {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    gateway: Gateway,
    drain: watch::Sender<bool>,
    server: JoinHandle<std::io::Result<()>>,
    tasks: [JoinHandle<()>; 2],
}

impl Running {
    /// Opens the listeners and starts everything. Needs a runtime around it.
    pub(crate) fn start(config: &Config, house: House) -> Result<Self, Trouble> {
        let House { gateway, catalogue } = house;
        let settings = server_settings(config);
        let bound = filmgate_server::bind(config.listen, settings, gateway.clone(), catalogue, recorder()?);
        let bound = bound.map_err(|why| unbound(&why))?;
        let (drain, draining) = watch::channel(false);
        Ok(Self {
            address: bound.address(),
            server: tokio::spawn(bound.run(draining.clone())),
            tasks: [
                tokio::spawn(gateway.clone().work(draining.clone(), GRACE)),
                tokio::spawn(gateway.clone().keep_sweeping(draining)),
            ],
            gateway,
            drain,
        })
    }

    /// Resolves when the server ends by itself, which it never should.
    pub(crate) async fn broken(&mut self) -> Trouble {
        let why = match (&mut self.server).await {
            Ok(Ok(())) => "it ended by itself".to_owned(),
            Ok(Err(why)) => why.to_string(),
            Err(why) => why.to_string(),
        };
        Trouble::new(format!("the server stopped: {why}"))
    }

    /// Stops in order.
    pub(crate) async fn stop(self) {
        self.drain.send_replace(true);
        let [worker, sweep] = self.tasks;
        // Each has bounded its own end; one that panicked has said so in the log.
        let _ends = tokio::join!(self.server, worker, sweep);
        self.gateway.store().clone().close().await;
    }
}

/// The recorder of the whole process.
fn recorder() -> Result<PrometheusHandle, Trouble> {
    let recorder = filmgate_server::recorder();
    let recorder = recorder.map_err(|why| Trouble::new(format!("metrics cannot be recorded: {why}")))?;
    let handle = recorder.handle();
    // Only a second house in one process would find it taken, and this program starts one.
    let _taken = metrics::set_global_recorder(recorder);
    Ok(handle)
}

fn server_settings(config: &Config) -> filmgate_server::Settings {
    let root = |path: &String| path.trim_end_matches('/').to_owned();
    filmgate_server::Settings {
        base_paths: config.base_paths.iter().map(root).collect(),
        public_url: config.public_url.clone(),
        trusted_proxies: config.trusted_proxies.clone(),
        failed_auths: config.failed_auths,
        body_bytes: usize::try_from(config.body_bytes.0).unwrap_or(usize::MAX),
        loops: config.http_loops.resolve(),
        grace: GRACE,
        ..filmgate_server::Settings::default()
    }
}

fn unbound(why: &BindError) -> Trouble {
    let text = match why {
        BindError::Address { address, error } => match error.kind() {
            ErrorKind::AddrInUse => {
                format!(
                    "{address} is in use by another program; stop it or choose another address with --listen"
                )
            }
            ErrorKind::PermissionDenied => {
                format!("{address} may not be used by this user; choose a port above 1023 with --listen")
            }
            ErrorKind::AddrNotAvailable => {
                format!("{address} is no address of this machine; use 127.0.0.1 or 0.0.0.0 with --listen")
            }
            _ => format!("{why}; choose another address with --listen"),
        },
        BindError::Settings(wrong) => wrong.to_string(),
    };
    Trouble::new(text)
}
