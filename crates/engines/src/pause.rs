//! How long another server asks to be left alone: `Retry-After` in seconds or as a date, which is held against the
//! answer's own so that no clock of ours takes part, or the finer `retry-after-ms`.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// The longest pause that is believed.
const LONGEST: Duration = Duration::from_hours(1);

/// What `headers` ask for.
pub(crate) fn asked_for(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let fine = text("retry-after-ms").and_then(|millis| millis.parse::<f64>().ok());
    if let Some(pause) = fine.and_then(|millis| Duration::try_from_secs_f64(millis / 1e3).ok()) {
        return Some(pause.min(LONGEST));
    }
    let date = |text: &str| httpdate::parse_http_date(text).ok();
    let asked = text(RETRY_AFTER.as_str())?;
    let pause = match asked.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => date(asked)?.duration_since(date(text(DATE.as_str())?)?).ok()?,
    };
    Some(pause.min(LONGEST))
}
