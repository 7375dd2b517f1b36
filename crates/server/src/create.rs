//! `POST /v1/sora/videos`, `POST /v1/videos/videos`: a body becomes a task. The key is checked before the body is read,
//! and the answer leaves after the task is durable.

use std::sync::Arc;

use filmgate_contract::create::{self, Handling};
use filmgate_domain::request::Dialect;
use hyper::header::{HeaderName, HeaderValue};

use crate::ask;
use crate::exchange::{Exchange, Outcome};
use crate::reply::{self, refused};

/// Names the fields that were not understood.
const IGNORED: HeaderName = HeaderName::from_static("filmgate-ignored");
/// The longest value of that header, in bytes.
const IGNORED_BYTES: usize = 1024;

/// Creates the task that the body asks for, or answers with the one its idempotency key has made already.
pub(crate) async fn create(exchange: &mut Exchange, dialect: Dialect) -> Outcome {
    let caller = exchange.authenticate()?;
    ask::accepts_json(exchange.headers())?;
    ask::sends_json(exchange.headers())?;
    let key = ask::idempotency_key(exchange.headers())?;
    let handling = if ask::strict(exchange.headers()) { Handling::Strict } else { Handling::Lenient };
    let body = exchange.upload().await?;
    let app = Arc::clone(&exchange.app);
    let accepted = create::parse(dialect, &body, handling, &app.catalogue)?;
    let cell = app.gateway.create(&caller, accepted.request, key).await.map_err(refused)?;
    let task = &cell.summary;
    exchange.made = Some(task.id.clone());
    let mut response = reply::json(create::answer(task.dialect, &task.id, task.created, &task.model));
    if !accepted.ignored.is_empty() {
        reply::set(&mut response, IGNORED, ignored(&accepted.ignored));
    }
    Ok(response)
}

/// The names with commas between them, as far as a header can hold them.
fn ignored<Name: AsRef<str>>(names: &[Name]) -> HeaderValue {
    let mut text = String::new();
    for name in names {
        let plain =
            name.as_ref().chars().map(|char| if char.is_ascii_graphic() && char != ',' { char } else { '?' });
        let between = if text.is_empty() { "" } else { ", " };
        let named: String = between.chars().chain(plain).collect();
        if text.len() + named.len() > IGNORED_BYTES {
            text.push_str(", ...");
            break;
        }
        text.push_str(&named);
    }
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_names_fit_a_header() {
        assert_eq!(ignored(&["style", "n"]), "style, n");
        assert_eq!(ignored(&["a\r\nb", "ü,"]), "a??b, ??");
        let many = vec!["x".repeat(100); 20];
        assert!(ignored(&many).len() <= IGNORED_BYTES + 5 && ignored(&many).as_bytes().ends_with(b", ..."));
        assert_eq!(ignored(&["y".repeat(2000)]), ", ...");
    }
}
