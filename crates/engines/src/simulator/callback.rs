//! What the simulated service says of its own accord: that a job is over, to the address that came with it. As often as
//! the script wants, for real services say it twice, or never.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::Simulator;

/// How long it waits to be heard.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between one time and the next.
const PAUSE: Duration = Duration::from_millis(20);

/// Who says it.
#[derive(Clone, Debug)]
pub(super) struct Caller(reqwest::Client);

impl Caller {
    pub(super) fn new() -> Self {
        // A second installation answers Err with the provider that is there already: just as good.
        let _already = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build();
        Self(client.expect("a client with these constant settings can be built"))
    }

    /// Says at `address` that `id` is over, once it is.
    pub(super) fn tell(&self, simulator: Arc<Simulator>, id: String, address: String, base: String) {
        let Some((ready, times)) = simulator.ready(&id) else { return };
        let client = self.0.clone();
        tokio::spawn(async move {
            tokio::time::sleep_until(ready).await;
            let dialect = simulator.settings.dialect;
            let Some(standing) = simulator.standing(&id) else { return };
            let said: Value = dialect.told(&id, &standing, &base);
            for _ in 0..times {
                // Who does not listen will ask.
                let _heard = client.post(&address).json(&said).send().await;
                tokio::time::sleep(PAUSE).await;
            }
        });
    }
}
