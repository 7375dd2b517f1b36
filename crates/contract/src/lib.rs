//! WHAT GOES OVER THE WIRE.
//!
//! A *dialect* is how clients speak. Each turns its body into one [`VideoRequest`](filmgate_domain::request::VideoRequest)
//! ([`create`]) and a task's [`Summary`](filmgate_domain::task::Summary) back into its own words ([`result`]). What a
//! dialect's fields are called stands in one table (`field`), what a model allows in one file ([`catalogue`]), what can
//! go wrong in one list ([`problem`]); validation and the OpenAPI document ([`openapi`]) read the same three.
//!
//! Pure: bytes in, bytes out. Deliberately absent: HTTP headers, routing, time, and anything a client does not see.

pub mod admin;
pub mod catalogue;
pub mod create;
mod field;
pub mod openapi;
pub mod problem;
pub mod report;
pub mod result;
pub mod wire;

/// `value` as compact JSON. The values written here hold texts, numbers and each other, so writing cannot fail.
fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}
