//! `filmgate serve`: the server. The first SIGTERM or SIGINT drains it, within ten seconds; a second ends it at once,
//! which is safe, since whatever was acknowledged is on the disk.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use filmgate_gateway::Doors;
use filmgate_gateway::keys::{check_secret, new_secret};
use filmgate_store::Store;

use crate::banner::{self, ShownKey};
use crate::compose;
use crate::config::{Config, Sources};
use crate::running::Running;
use crate::stop::Signals;
use crate::trouble::Trouble;
use crate::{doors, logs, output, private};

/// How long a drain may take in all.
const DRAIN: Duration = Duration::from_secs(9);

/// Run the server
#[derive(Args, Debug)]
pub(crate) struct ServeArgs {
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    #[command(flatten)]
    sources: Sources,
    /// Keep a key in the data folder, and print lines with it that work at every start
    #[arg(long)]
    quickstart: bool,
}

/// Runs the command.
pub(crate) fn run(args: &ServeArgs) -> Result<(), Trouble> {
    let mut loaded = args.sources.load()?;
    loaded.listen(args.listen)?;
    let config = loaded.config;
    let _logs = logs::start(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(16)
        .thread_name("core")
        .enable_all()
        .build()
        .map_err(|why| Trouble::new(format!("the program's threads cannot be started: {why}")))?;
    let end = runtime.block_on(serve(&config, args.quickstart));
    runtime.shutdown_background();
    end
}

async fn serve(config: &Config, quickstart: bool) -> Result<(), Trouble> {
    let mut signals = Signals::listen()?;
    let doors = doors::system();
    let house = compose::house(config, &doors)?;
    let gateway = house.gateway.clone();
    let mut running = Running::start(config, house)?;
    // Not before the address is ours: a key that is shown once must be seen.
    let key = first_key(config, &doors, gateway.store(), quickstart).await?;
    output::text(banner::page(running.address, &key))?;
    tracing::info!(address = %running.address, data = %config.data.display(), "serving");
    tokio::select! {
        () = signals.next() => {}
        trouble = running.broken() => return Err(trouble),
    }
    tracing::info!("stopping");
    tokio::select! {
        () = running.stop() => tracing::info!("stopped"),
        () = tokio::time::sleep(DRAIN) => tracing::warn!("stopped with work under way; it goes on at the next start"),
        () = signals.next() => tracing::warn!("stopped at once; work under way goes on at the next start"),
    }
    Ok(())
}

/// Sees to it that there is a key, and says what may be shown of it.
async fn first_key(
    config: &Config,
    doors: &Doors,
    store: &Store,
    quickstart: bool,
) -> Result<ShownKey, Trouble> {
    let empty = store.has_no_key();
    if let Some(secret) = &config.bootstrap_key {
        check_secret(&secret.0)
            .map_err(|wrong| Trouble::new(format!("FILMGATE_BOOTSTRAP_KEY is wrong: {wrong}")))?;
        compose::keep_key(store, doors, &secret.0, "bootstrap").await?;
    }
    if quickstart {
        let secret = private::quickstart(&config.data, doors)?;
        compose::keep_key(store, doors, &secret, "quickstart").await?;
        return Ok(ShownKey::Quickstart(secret));
    }
    if empty && config.bootstrap_key.is_none() {
        let secret = new_secret(&*doors.entropy);
        compose::keep_key(store, doors, &secret, "first").await?;
        return Ok(ShownKey::JustMade(secret));
    }
    Ok(ShownKey::Known)
}
