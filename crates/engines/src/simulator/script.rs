//! What goes wrong with a job: words in its prompt that begin with `#`, such as `#busy=2 #takes=500ms`, or chance. The
//! numbers count: `#busy=2` is busy twice and then is not. A word that is not known is part of the prompt.
//!
//! | Word | What happens |
//! |---|---|
//! | `#busy=N` `#busy_silent=N` | 429 to the first N submits, with and without `Retry-After` |
//! | `#overloaded=N` | 503 to the first N submits |
//! | `#refused` `#invalid` `#auth` `#quota` | every submit is refused: by its rules, as wrong, for the credential, for money |
//! | `#reset` `#hang` `#garbled` `#huge` `#broken` | the job is taken, and the answer is lost, never comes, is no JSON, has megabytes, or is a 500 |
//! | `#takes=500ms` `#looks=3` | the job takes that time, or so many looks |
//! | `#word=pondering` | the second look finds this state |
//! | `#poll_broken=N` `#poll_busy=N` | 500 or 429 to the first N looks |
//! | `#forgotten` | after the first look the job is not known any more |
//! | `#fails` `#censored` | it ends badly, for no reason or for its rules |
//! | `#link_dead=N` | the film's address answers 404 to the first N fetches |
//! | `#cut` `#stall` | the film breaks off in the middle, once, or never goes on |
//! | `#not_a_film` `#half_a_film` `#empty` | what is delivered is no film, half of one, nothing |
//! | `#callbacks=2` | that it is over is said so often, where an address for it came with the job; once without the word |
//!
//! A script file has such words in lines: the first is for the first job, and after the last comes the first again.

use std::time::Duration;

/// What goes wrong with one job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of its own, and they combine")]
pub struct Script {
    busy: u32,
    busy_silent: u32,
    overloaded: u32,
    refused: bool,
    invalid: bool,
    auth: bool,
    quota: bool,
    after: Option<Trouble>,
    poll_broken: u32,
    poll_busy: u32,
    link_dead: u32,
    film: Option<Trouble>,
    pub(crate) takes: Option<Duration>,
    pub(crate) looks: Option<u32>,
    pub(crate) word: Option<String>,
    pub(crate) forgotten: bool,
    pub(crate) fails: bool,
    pub(crate) censored: bool,
    callbacks: Option<u32>,
}

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Too much at once; says for how long.
    Busy,
    /// Too much at once.
    BusySilent,
    /// Too much at once for everybody.
    Overloaded,
    /// Its rules forbid it.
    Refused,
    /// The request is wrong.
    Invalid,
    /// The credential is wrong.
    Auth,
    /// There is no money.
    Quota,
    /// It breaks.
    Broken,
    /// It hangs up.
    Reset,
    /// It says nothing.
    Hang,
    /// It says what nobody can read.
    Garbled,
    /// It says too much.
    Huge,
    /// The link is dead.
    LinkDead,
    /// The film breaks off.
    Cut,
    /// The film stops coming.
    Stall,
    /// What it delivers is no film.
    NotAFilm,
    /// It delivers half of a film, and says that this is all.
    HalfAFilm,
    /// It delivers nothing.
    Empty,
}

impl Script {
    /// What `prompt` says, and what chance adds: `faults` jobs of a hundred go wrong, `seed` decides which and how.
    pub fn of(prompt: &str, faults: u8, seed: u64) -> Self {
        Self::default().and(prompt, faults, seed)
    }

    /// The same on top of what this script has.
    pub(crate) fn and(mut self, prompt: &str, faults: u8, seed: u64) -> Self {
        for word in prompt.split_whitespace().filter_map(|word| word.strip_prefix('#')) {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            self.set(name, value);
        }
        let drawn = scattered(seed, prompt);
        if drawn % 100 < u64::from(faults) {
            let name = BY_CHANCE[(drawn / 100) as usize % BY_CHANCE.len()];
            self.set(name, "1");
        }
        self
    }

    /// The scripts of a file, a line each. An empty line is a job to which nothing happens; what follows `//` is for
    /// people. The error names the line and the word.
    pub fn lines(text: &str) -> Result<Vec<Self>, String> {
        let line = |(place, line): (usize, &str)| {
            let mut script = Self::default();
            for word in line.split("//").next().unwrap_or_default().split_whitespace() {
                let known = word.strip_prefix('#').is_some_and(|word| {
                    let (name, value) = word.split_once('=').unwrap_or((word, ""));
                    script.set(name, value)
                });
                if !known {
                    return Err(format!("line {}: `{word}` is no word of a script", place + 1));
                }
            }
            Ok(script)
        };
        text.lines().enumerate().map(line).collect()
    }

    /// Says whether there is such a word.
    fn set(&mut self, name: &str, value: &str) -> bool {
        let count = value.parse().unwrap_or(1);
        match name {
            "busy" => self.busy = count,
            "busy_silent" => self.busy_silent = count,
            "overloaded" => self.overloaded = count,
            "refused" => self.refused = true,
            "invalid" => self.invalid = true,
            "auth" => self.auth = true,
            "quota" => self.quota = true,
            "reset" => self.after = Some(Trouble::Reset),
            "hang" => self.after = Some(Trouble::Hang),
            "garbled" => self.after = Some(Trouble::Garbled),
            "huge" => self.after = Some(Trouble::Huge),
            "broken" => self.after = Some(Trouble::Broken),
            "takes" => self.takes = span(value),
            "looks" => self.looks = Some(count),
            "word" => self.word = Some(value.chars().take(40).collect()),
            "poll_broken" => self.poll_broken = count,
            "poll_busy" => self.poll_busy = count,
            "forgotten" => self.forgotten = true,
            "fails" => self.fails = true,
            "censored" => self.censored = true,
            "link_dead" => self.link_dead = count,
            "cut" => self.film = Some(Trouble::Cut),
            "stall" => self.film = Some(Trouble::Stall),
            "not_a_film" => self.film = Some(Trouble::NotAFilm),
            "half_a_film" => self.film = Some(Trouble::HalfAFilm),
            "empty" => self.film = Some(Trouble::Empty),
            "callbacks" => self.callbacks = Some(count.min(10)),
            _ => return false,
        }
        true
    }

    /// How often it says that a job is over.
    pub(crate) fn callbacks(&self) -> u32 {
        self.callbacks.unwrap_or(1)
    }

    /// What happens to the submit that is the `try`th with its prompt, before a job is made.
    pub(crate) fn at_submit(&self, tries: u32) -> Option<Trouble> {
        let (busy, silent) = (self.busy, self.busy + self.busy_silent);
        match () {
            () if self.refused => Some(Trouble::Refused),
            () if self.invalid => Some(Trouble::Invalid),
            () if self.auth => Some(Trouble::Auth),
            () if self.quota => Some(Trouble::Quota),
            () if tries <= busy => Some(Trouble::Busy),
            () if tries <= silent => Some(Trouble::BusySilent),
            () if tries <= silent + self.overloaded => Some(Trouble::Overloaded),
            () => None,
        }
    }

    /// What happens to the answer of a submit that made a job, the first time.
    pub(crate) fn after_submit(&self) -> Option<Trouble> {
        self.after
    }

    pub(crate) fn at_poll(&self, polls: u32) -> Option<Trouble> {
        match () {
            () if polls <= self.poll_broken => Some(Trouble::Broken),
            () if polls <= self.poll_broken + self.poll_busy => Some(Trouble::Busy),
            () => None,
        }
    }

    pub(crate) fn at_fetch(&self, fetches: u32) -> Option<Trouble> {
        if fetches <= self.link_dead {
            return Some(Trouble::LinkDead);
        }
        let once = matches!(self.film, Some(Trouble::Cut | Trouble::Stall));
        self.film.filter(|_| !once || fetches == 1)
    }
}

/// What chance may do: everything but what takes minutes to find out.
const BY_CHANCE: [&str; 17] = [
    "busy",
    "busy_silent",
    "overloaded",
    "refused",
    "invalid",
    "reset",
    "garbled",
    "huge",
    "broken",
    "word",
    "poll_broken",
    "poll_busy",
    "fails",
    "censored",
    "link_dead",
    "cut",
    "not_a_film",
];

/// `500ms`, `2s`.
fn span(text: &str) -> Option<Duration> {
    if let Some(millis) = text.strip_suffix("ms") {
        return millis.parse().ok().map(Duration::from_millis);
    }
    text.strip_suffix('s')?.parse().ok().map(Duration::from_secs)
}

/// A number that depends on every letter (FNV-1a, and a finaliser).
fn scattered(seed: u64, text: &str) -> u64 {
    let hash = text.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_count_and_unknown_ones_are_prompt() {
        let script = Script::of("a cat #busy=1 #overloaded=2 #takes=250ms #nonsense #word=pondering", 0, 0);
        let troubles: Vec<_> = (1..5).map(|tries| script.at_submit(tries)).collect();
        assert_eq!(
            troubles,
            [Some(Trouble::Busy), Some(Trouble::Overloaded), Some(Trouble::Overloaded), None]
        );
        assert_eq!(
            (script.takes, script.word.as_deref()),
            (Some(Duration::from_millis(250)), Some("pondering"))
        );
        assert_eq!(Script::of("a # cat #nonsense", 0, 0), Script::default());
    }

    #[test]
    fn a_file_has_a_script_in_every_line() {
        let lines = Script::lines("#busy=2 // it is early\n\n#fails #takes=1s").unwrap();
        assert_eq!(lines, ["#busy=2", "", "#fails #takes=1s"].map(|words| Script::of(words, 0, 0)));
        assert_eq!(Script::lines("#busy\n#bussy"), Err("line 2: `#bussy` is no word of a script".to_owned()));
        assert!(Script::lines("busy").is_err());
        let more = lines[0].clone().and("a cat #fails", 0, 0);
        assert!(more.fails && more.at_submit(2) == Some(Trouble::Busy));
    }

    #[test]
    fn chance_is_the_same_for_the_same_seed_and_as_often_as_it_should_be() {
        let wrong = |seed| {
            (0..1000)
                .filter(|number| Script::of(&format!("film {number}"), 20, seed) != Script::default())
                .count()
        };
        assert!((150..250).contains(&wrong(7)), "{}", wrong(7));
        assert_eq!(Script::of("film 3", 100, 7), Script::of("film 3", 100, 7));
        let kinds: std::collections::BTreeSet<_> =
            (0..1000).map(|number| format!("{:?}", Script::of(&format!("film {number}"), 100, 7))).collect();
        assert_eq!(kinds.len(), BY_CHANCE.len());
    }
}
