//! The lifecycle under random treatment: whatever is asked of a task in whatever order, the rules below hold.

use filmgate_domain::clock::Timestamp;
use filmgate_domain::failure::{Failure, FailureCode};
use filmgate_domain::id::{ArtifactId, AttemptId};
use filmgate_domain::media::Size;
use filmgate_domain::money::Settlement;
use filmgate_domain::task::{Artifact, Attempt, InvalidTransition, State, Status};
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum Ask {
    Prepared,
    Begin,
    Accepted,
    Doubt,
    Progressed(u8),
    Made,
    Stored,
    Succeed,
    PutBack,
    Fail,
    Cancel,
    Expire,
}

fn ask() -> impl Strategy<Value = Ask> {
    prop_oneof![
        Just(Ask::Prepared),
        Just(Ask::Begin),
        Just(Ask::Accepted),
        Just(Ask::Doubt),
        any::<u8>().prop_map(Ask::Progressed),
        Just(Ask::Made),
        Just(Ask::Stored),
        Just(Ask::Succeed),
        Just(Ask::PutBack),
        Just(Ask::Fail),
        Just(Ask::Cancel),
        Just(Ask::Expire),
    ]
}

fn artifact() -> Artifact {
    let id = ArtifactId::from_text("film_1");
    Artifact { id, bytes: 1, duration_ms: 4000, size: Size::new(64, 64) }
}

fn treat(state: State, ask: Ask, now: Timestamp) -> Result<State, InvalidTransition> {
    match ask {
        Ask::Prepared => state.prepared(),
        Ask::Begin => {
            let id = AttemptId::from_text("att_1");
            state.begin(Attempt { id, number: 1, upstream: "animatic".to_owned() }, now)
        }
        Ask::Accepted => state.accepted("handle".to_owned()),
        Ask::Doubt => state.doubt(),
        Ask::Progressed(percent) => state.progressed(percent),
        Ask::Made => state.made(),
        Ask::Stored => state.stored(artifact().id),
        Ask::Succeed => state.succeed(artifact(), now, now),
        Ask::PutBack => state.put_back(),
        Ask::Fail => state.fail(Failure::new(FailureCode::Internal, "broken"), now),
        Ask::Cancel => state.cancel(now),
        Ask::Expire => state.expire(now),
    }
}

fn percent(state: &State) -> Option<u8> {
    if let State::Running(running) = state { Some(running.percent) } else { None }
}

proptest! {
    #[test]
    fn whatever_is_asked_the_rules_hold(references: bool, asks in proptest::collection::vec(ask(), 0..40)) {
        let mut state = State::new(references);
        let mut settled = 0;
        for (at, ask) in asks.into_iter().enumerate() {
            let before = state.clone();
            let now = Timestamp::from_millis(at as i64);
            let Ok(after) = treat(state.clone(), ask, now) else { continue };
            prop_assert!(!before.is_final(), "{before:?} changed by {ask:?}");
            if let (Some(before), Some(after)) = (percent(&before), percent(&after)) {
                prop_assert!(before <= after && after <= 99);
            }
            if matches!(after, State::Expired { .. }) {
                prop_assert!(matches!(before, State::Queued(_)), "expired after it ran");
            }
            prop_assert_eq!(after.is_final(), after.settlement().is_some());
            prop_assert_eq!(after.is_final(), Status::from(&after).is_final());
            if let Some(settlement) = after.settlement() {
                settled += 1;
                let won = matches!(after, State::Succeeded(_));
                prop_assert_eq!(settlement == Settlement::Capture, won);
            }
            state = after;
        }
        prop_assert!(settled <= 1, "a task ends once");
    }
}

#[test]
fn the_straight_way_leads_to_a_film() {
    let way =
        [Ask::Prepared, Ask::Begin, Ask::Accepted, Ask::Progressed(50), Ask::Made, Ask::Stored, Ask::Succeed];
    let start = State::new(true);
    let end = way.into_iter().try_fold(start, |state, ask| treat(state, ask, Timestamp::from_millis(0)));
    assert!(matches!(end, Ok(State::Succeeded(_))));
}

#[test]
fn a_submit_in_doubt_goes_on_once_somebody_knows() {
    let mut doubted = [Ask::Begin, Ask::Doubt].into_iter();
    let doubted =
        doubted.try_fold(State::new(false), |state, ask| treat(state, ask, Timestamp::from_millis(0)));
    let doubted = doubted.unwrap();
    assert_eq!((doubted.step(), doubted.settlement()), (Some("uncertain"), None));
    for way in [Ask::Accepted, Ask::PutBack, Ask::Fail, Ask::Cancel] {
        assert!(treat(doubted.clone(), way, Timestamp::from_millis(0)).is_ok(), "{way:?}");
    }
    assert!(treat(doubted, Ask::Doubt, Timestamp::from_millis(0)).is_err());
}

#[test]
fn a_refused_transition_says_what_it_was() {
    let refused = State::new(false).made().unwrap_err();
    assert_eq!(refused.to_string(), "a task that is queued cannot be made");
}
