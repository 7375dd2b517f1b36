//! What every loop shares: the gateway, what clients may ask for, and what is the same in every answer.

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use filmgate_contract::catalogue::Catalogue;
use filmgate_contract::openapi;
use filmgate_gateway::Gateway;
use hyper::HeaderMap;
use hyper::header::HeaderValue;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;

use crate::meter::Meters;
use crate::settings::Settings;
use crate::strangers::Strangers;

/// The name of the header that carries a request's id, both ways.
pub(crate) const REQUEST_ID: &str = "x-request-id";

/// What every loop shares.
pub(crate) struct App {
    /// As the operator set it.
    pub(crate) settings: Settings,
    /// The product.
    pub(crate) gateway: Gateway,
    /// What can be asked for.
    pub(crate) catalogue: Catalogue,
    /// The OpenAPI document, ready to send.
    pub(crate) openapi: Bytes,
    /// What was counted, as text.
    pub(crate) metrics: PrometheusHandle,
    /// Who came without a key that works, and how often.
    pub(crate) strangers: Strangers,
    /// What counts.
    pub(crate) meters: Meters,
    /// Says true once the server is to stop.
    pub(crate) stopping: watch::Receiver<bool>,
    request_ids: RequestIds,
}

impl App {
    pub(crate) fn new(
        settings: Settings,
        gateway: Gateway,
        catalogue: Catalogue,
        metrics: PrometheusHandle,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        let openapi = openapi::document(&catalogue, env!("CARGO_PKG_VERSION")).into();
        let request_ids = RequestIds::since(gateway.now().millis());
        let (strangers, meters) = (Strangers::new(settings.failed_auths), Meters::new());
        Self { settings, gateway, catalogue, openapi, metrics, strangers, meters, stopping, request_ids }
    }

    /// The id the client gave the request, if it is a sane one; else a new one.
    pub(crate) fn request_id(&self, headers: &HeaderMap) -> HeaderValue {
        let given = headers.get(REQUEST_ID).filter(|id| is_sane(id.as_bytes()));
        given.cloned().unwrap_or_else(|| self.request_ids.next())
    }
}

/// 1 to 128 letters, digits and `-_.:/+=`.
fn is_sane(id: &[u8]) -> bool {
    (1..=128).contains(&id.len())
        && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(byte))
}

/// Mints ids that no other request of this server has or had: when the server started, and how many came before.
struct RequestIds {
    start: i64,
    count: AtomicU64,
}

impl RequestIds {
    const fn since(start: i64) -> Self {
        Self { start, count: AtomicU64::new(0) }
    }

    fn next(&self) -> HeaderValue {
        let mut text = *b"req-00000000000-0000000000";
        hex(&mut text[4..15], self.start.cast_unsigned());
        hex(&mut text[16..], self.count.fetch_add(1, Ordering::Relaxed));
        HeaderValue::from_bytes(&text).unwrap_or(HeaderValue::from_static("req"))
    }
}

/// The lowest digits of `value`, as many as there is room for.
fn hex(room: &mut [u8], mut value: u64) {
    for digit in room.iter_mut().rev() {
        *digit = b"0123456789abcdef"[(value & 15) as usize];
        value >>= 4;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_do_not_repeat_and_a_sane_one_is_kept() {
        let ids = RequestIds::since(1_700_000_000_000);
        assert_eq!(ids.next(), "req-18bcfe56800-0000000000");
        assert_eq!(ids.next(), "req-18bcfe56800-0000000001");
        assert!(is_sane(b"01HF-abc.def:1/2") && !is_sane(b"") && !is_sane(b"a b") && !is_sane(&[b'a'; 129]));
    }
}
