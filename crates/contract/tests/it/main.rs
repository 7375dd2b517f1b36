//! The contract, rule by rule: what is accepted, what is refused and in which words, what is answered.

mod answers;
mod catalogue;
mod chaos;
mod openapi;
mod rules;
mod seeds;

use bytes::Bytes;
use filmgate_contract::catalogue::Catalogue;
use filmgate_contract::create::{Accepted, Handling, parse};
use filmgate_contract::problem::Problem;
use filmgate_domain::request::Dialect;

/// Reads `body` leniently against the compiled-in catalogue.
fn read(dialect: Dialect, body: &str) -> Result<Accepted, Problem> {
    read_as(dialect, body, Handling::Lenient)
}

fn read_as(dialect: Dialect, body: &str, handling: Handling) -> Result<Accepted, Problem> {
    parse(dialect, &Bytes::copy_from_slice(body.as_bytes()), handling, &Catalogue::builtin())
}
