//! `/callbacks/{task}`: where upstreams say that something has happened. The address is its own credential; of what is said
//! nothing is believed but that it is time to ask. A `challenge`, with which some services try an address before they
//! use it, is sent back.

use filmgate_contract::problem::Problem;
use serde_json::{Value, json};

use crate::exchange::{Exchange, Outcome};
use crate::reply::{refused, shown};

/// The longest challenge that is sent back, in bytes.
const LONGEST: usize = 512;

/// Has the task looked at.
pub(crate) async fn hint(exchange: &mut Exchange) -> Outcome {
    let said: Value = serde_json::from_slice(&exchange.hint().await?).unwrap_or_default();
    let known = exchange.app.gateway.hint(exchange.id()).await.map_err(|why| refused(why.into()))?;
    if !known {
        return Err(Problem::not_found_route());
    }
    let challenge = said["challenge"].as_str().filter(|text| text.len() <= LONGEST);
    Ok(shown(&challenge.map_or_else(|| json!({ "ok": true }), |challenge| json!({ "challenge": challenge }))))
}
