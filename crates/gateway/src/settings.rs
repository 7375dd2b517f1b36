//! Spans and counts of the core, with the defaults the product ships with.

use std::time::Duration;

use filmgate_domain::limit::{Limits, Rate};

/// How long things live and how many run at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a link works after completion.
    pub link_life: Duration,
    /// How long ended tasks can be read.
    pub task_life: Duration,
    /// How long a task may wait before it expires.
    pub queue_life: Duration,
    /// How long a task may run before it has timed out.
    pub run_life: Duration,
    /// How long a submit may stay in doubt, with its price held, before it fails.
    pub uncertain_life: Duration,
    /// What a key may use that says nothing of its own.
    pub key_limits: Limits,
    /// What an account's keys may use together, if it says nothing of its own.
    pub account_limits: Limits,
    /// Whether the log tells prompts that were refused.
    pub log_refused_prompts: bool,
    /// For how long fetching a reference is tried again.
    pub fetch_patience: Duration,
    /// For how long an upstream that cannot be reached is tried again.
    pub upstream_patience: Duration,
    /// How long a claim holds without a word from its worker.
    pub lease: Duration,
    /// References of how many tasks are fetched at once.
    pub preparing: usize,
    /// How many steps of running tasks are done at once.
    pub running: usize,
    /// How often the sweep comes.
    pub sweep_every: Duration,
    /// The largest film accepted from an upstream, in bytes.
    pub film_bytes: u64,
    /// Where upstreams reach this server, to fetch references by link.
    pub public_url: Option<String>,
}

const HOUR: Duration = Duration::from_hours(1);

impl Default for Settings {
    fn default() -> Self {
        Self {
            link_life: 24 * HOUR,
            task_life: 30 * 24 * HOUR,
            queue_life: 24 * HOUR,
            run_life: HOUR,
            uncertain_life: 24 * HOUR,
            key_limits: Limits { creates: rate("1000/m"), polls: rate("30000/m"), in_flight: None },
            account_limits: Limits::default(),
            log_refused_prompts: false,
            fetch_patience: Duration::from_secs(20),
            upstream_patience: Duration::from_mins(10),
            lease: Duration::from_mins(1),
            preparing: 8,
            running: 256,
            sweep_every: Duration::from_mins(1),
            film_bytes: 2 << 30,
            public_url: None,
        }
    }
}

fn rate(text: &str) -> Option<Rate> {
    text.parse().ok()
}
