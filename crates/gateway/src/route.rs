//! Which upstream makes a film: of those on the model's route that can make it and may be given a job, the first, or
//! one by weight. A task goes elsewhere only while no upstream has taken it.

use filmgate_domain::clock::Timestamp;
use filmgate_domain::lease::Claim;
use filmgate_domain::model::Route;
use filmgate_domain::request::VideoRequest;
use filmgate_domain::translation::{Change, Translation};
use filmgate_engines::port::Upstream;

use crate::health::Held;
use crate::{Gateway, Refusal};

/// An upstream for a task, with a place that is held there.
pub(crate) struct Chosen<'a> {
    pub(crate) upstream: &'a Upstream,
    pub(crate) translation: Translation,
    pub(crate) held: Held<'a>,
}

/// An upstream that can make a film: its name, itself, and what it would be sent instead of what was asked for.
type Able<'a> = (&'a str, &'a Upstream, Vec<Change>);

/// Why there is none.
pub(crate) enum Unrouted {
    /// None of those that are configured can make it.
    Impossible(String),
    /// Those that can have enough to do.
    Full,
    /// Those that can do not work.
    Down,
    /// None is configured.
    Absent(String),
}

impl Gateway {
    /// The upstreams of the model's route that can make what is asked for, each with what it would be sent.
    fn able(&self, request: &VideoRequest) -> Result<Vec<Able<'_>>, Unrouted> {
        let route = self.parts.models.get(&request.model).map(|model| &model.route);
        let names = route.map_or(&[][..], |route| &route.upstreams[..]);
        let (mut able, mut why) = (Vec::new(), None);
        for name in names {
            let Some(upstream) = self.parts.upstreams.get(name) else { continue };
            match upstream.engine.fit(request) {
                Ok(changes) if request.strict && !changes.is_empty() => why = Some(strictly(&changes)),
                Ok(changes) => able.push((name.as_str(), upstream, changes)),
                Err(cannot) => why = Some(cannot),
            }
        }
        match why {
            _ if !able.is_empty() => Ok(able),
            Some(why) => Err(Unrouted::Impossible(why)),
            None => Err(Unrouted::Absent(names.join("`, `"))),
        }
    }

    /// Refuses what no upstream could make, before anything is held or fetched.
    pub(crate) fn possible(&self, request: &VideoRequest) -> Result<(), Refusal> {
        match self.able(request) {
            Err(Unrouted::Impossible(why)) => {
                let model = &request.model;
                Err(Refusal::Invalid {
                    field: "model",
                    why: format!("`{model}` cannot make this here: {why}"),
                })
            }
            // What is not configured now may be at the next start.
            _ => Ok(()),
        }
    }

    /// The upstream that gets the task.
    pub(crate) fn choose(&self, claim: &Claim) -> Result<Chosen<'_>, Unrouted> {
        let (request, now) = (&claim.task.request, self.now());
        let mut able = self.able(request)?;
        let route = self.parts.models.get(&request.model).map(|model| &model.route);
        let turn = claim.task.seed.wrapping_add(u64::from(claim.attempts));
        able.sort_by_key(|(name, ..)| place(route, name, turn));
        let mut down = true;
        for (name, upstream, changes) in able {
            let Some(health) = self.board.health(name) else { continue };
            down &= !health.admits(now) && !health.is_busy(now);
            if health.admits(now)
                && let Some(held) = health.take(self.room(name, upstream), upstream.rate, now)
            {
                let translation = Translation { upstream: name.to_owned(), changes };
                return Ok(Chosen { upstream, translation, held });
            }
        }
        Err(if down { Unrouted::Down } else { Unrouted::Full })
    }

    /// Whether another upstream than `than` could be given the task at once.
    pub(crate) fn elsewhere(&self, claim: &Claim, than: &str) -> bool {
        let now = self.now();
        let free = |(name, upstream, _): &Able<'_>| {
            *name != than
                && self.board.health(name).is_some_and(|health| health.admits(now))
                && self.room(name, upstream) > 0
        };
        self.able(&claim.task.request).is_ok_and(|able| able.iter().any(free))
    }

    /// How many more jobs `upstream` may have, those that are on their way not counted.
    fn room(&self, name: &str, upstream: &Upstream) -> usize {
        upstream.concurrency.saturating_sub(self.store().running_at(name))
    }

    /// How many tasks it makes sense to claim for `upstream`. One that does not work counts with its room: its tasks
    /// must be looked at to run out of patience.
    pub(crate) fn vacancy(&self, name: &str, upstream: &Upstream, now: Timestamp) -> usize {
        let busy = self.board.health(name).is_some_and(|health| health.is_busy(now));
        if busy { 0 } else { self.room(name, upstream) }
    }
}

/// Where `name` stands in its turn: in the order of the route, or by its share of the turns.
fn place(route: Option<&Route>, name: &str, turn: u64) -> (bool, usize) {
    let Some(route) = route else { return (true, 0) };
    let at = route.upstreams.iter().position(|known| known == name).unwrap_or(usize::MAX);
    if route.weights.is_empty() {
        return (true, at);
    }
    let all: u64 = route.weights.iter().map(|weight| u64::from(*weight)).sum();
    let mut drawn = scattered(turn) % all.max(1);
    let first = route.weights.iter().position(|weight| match drawn.checked_sub(u64::from(*weight)) {
        Some(rest) => {
            drawn = rest;
            false
        }
        None => true,
    });
    (first != Some(at), at)
}

/// Spreads neighbouring numbers over all numbers (the finaliser of splitmix64).
const fn scattered(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn strictly(changes: &[Change]) -> String {
    let told: Vec<String> = changes.iter().map(|change| format!("with {change}")).collect();
    format!("it could be made only {}, and `Prefer: handling=strict` was sent", told.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_share_the_turns() {
        let route = Route { upstreams: vec!["a".to_owned(), "b".to_owned()], weights: vec![3, 1] };
        let first = |turn: &u64| place(Some(&route), "b", *turn) < place(Some(&route), "a", *turn);
        let share = (0..4000).filter(first).count();
        assert!((900..1100).contains(&share), "{share}");
        let ordered = Route { weights: Vec::new(), ..route };
        assert!(place(Some(&ordered), "a", 7) < place(Some(&ordered), "b", 7));
    }
}
