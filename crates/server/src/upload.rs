//! Reading a request's body: bounded in bytes and in time, and without a copy when it came in one piece. A body that is
//! too large is read on for a moment and thrown away, so that the client hears the answer instead of a broken pipe.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use filmgate_contract::problem::{Code, Problem};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

/// What is set aside at once for a body that comes in pieces, in bytes; more as it really comes.
const FIRST_ROOM: usize = 1 << 20;
/// How long, and how many bytes, of a body that is too large are thrown away.
const PATIENCE: Duration = Duration::from_secs(2);
const WASTE: usize = 64 << 20;

/// The whole body, of at most `most` bytes, arriving within `span`.
pub(crate) async fn read(body: Incoming, most: usize, span: Duration) -> Result<Bytes, Problem> {
    let problem = |what: String| Problem::new(Code::InvalidJson, what);
    match tokio::time::timeout(span, collect(body, most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(Cut::TooLarge(rest))) => {
            let _drained = tokio::time::timeout(PATIENCE, discard(rest)).await;
            Err(Problem::payload_too_large(most as u64))
        }
        Ok(Err(Cut::Broken)) => Err(problem("The body ended before it was complete.".to_owned())),
        Err(_) => Err(problem(format!("The body did not arrive within {} seconds.", span.as_secs()))),
    }
}

/// Why there is no whole body.
enum Cut {
    TooLarge(Incoming),
    Broken,
}

async fn collect(mut body: Incoming, most: usize) -> Result<Bytes, Cut> {
    let declared = body.size_hint().lower();
    if declared > most as u64 {
        return Err(Cut::TooLarge(body));
    }
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.map_err(|_| Cut::Broken)?.into_data() else { continue };
        if first.len() + all.len() + piece.len() > most {
            return Err(Cut::TooLarge(body));
        }
        if first.is_empty() && all.is_empty() {
            first = piece;
            continue;
        }
        if all.is_empty() {
            all.reserve(
                (declared as usize)
                    .clamp(first.len() + piece.len(), FIRST_ROOM.max(first.len() + piece.len())),
            );
            all.extend_from_slice(&std::mem::take(&mut first));
        }
        all.extend_from_slice(&piece);
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

async fn discard(mut body: Incoming) {
    let mut wasted = 0;
    while let Some(Ok(frame)) = body.frame().await {
        wasted += frame.data_ref().map_or(0, Bytes::len);
        if wasted > WASTE {
            return;
        }
    }
}
