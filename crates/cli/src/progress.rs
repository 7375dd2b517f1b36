//! How a film comes along, on stderr: a bar with stage, percent and time left where a person watches, plain lines where
//! a program does. One line per stage and per quarter is enough for a log.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A task's progress on the way to its film.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    stage: &'static str,
    quarter: u8,
    begun: Option<Instant>,
}

/// What the bar looks like.
const TEMPLATE: &str = "{msg:<12} {bar:32} {percent:>3} %  {prefix}";

impl Progress {
    /// Nothing has happened yet; `quiet` prints nothing at all.
    pub(crate) fn new(quiet: bool) -> Self {
        let watched = !quiet && std::io::stderr().is_terminal();
        let bar = watched.then(|| {
            let bar = ProgressBar::with_draw_target(Some(100), ProgressDrawTarget::stderr());
            bar.set_style(
                ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
            bar.enable_steady_tick(Duration::from_millis(250));
            bar
        });
        Self { bar, stage: if quiet { QUIET } else { "" }, quarter: 0, begun: None }
    }

    /// Shows that `stage` is under way, `percent` of it done.
    pub(crate) fn show(&mut self, stage: &'static str, percent: u8) {
        if self.stage == QUIET {
            return;
        }
        if stage != self.stage {
            self.begun = None;
        }
        let left = self.time_left(percent);
        if let Some(bar) = &self.bar {
            bar.set_message(stage);
            bar.set_position(u64::from(percent));
            bar.set_prefix(left.map(|left| format!("{} left", span(left))).unwrap_or_default());
        } else if stage != self.stage || percent / 25 > self.quarter {
            let left = left.map(|left| format!(", {} left", span(left))).unwrap_or_default();
            if percent == 0 { eprintln!("{stage}") } else { eprintln!("{stage} {percent} %{left}") }
        }
        (self.stage, self.quarter) = (stage, percent / 25);
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// As long again as the share that is left, once a twentieth is done.
    fn time_left(&mut self, percent: u8) -> Option<Duration> {
        if !(1..99).contains(&percent) {
            return None;
        }
        let begun = *self.begun.get_or_insert_with(Instant::now);
        (percent >= 5).then(|| begun.elapsed() * u32::from(100 - percent) / u32::from(percent))
    }
}

/// The stage of a progress that is not shown.
const QUIET: &str = "quiet";

/// `42 s`, `3 min 5 s`.
fn span(span: Duration) -> String {
    match span.as_secs() {
        seconds @ 0..60 => format!("{} s", seconds.max(1)),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}
