//! The edit: how long each shot of a film lasts. Cuts fall on the beat of the score where the shots' limits let them.

use super::SHORTEST;
use std::ops::RangeInclusive;

/// How long a shot can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Any,
    /// Frames.
    AtMost(u32),
}

/// Shares `frames` among shots as evenly as their limits and a beat of so many frames allow; the sum is exact. What no
/// other shot can take, the first one does.
pub(super) fn share(frames: u32, shots: &[Length], beat: u32) -> Vec<u32> {
    let mut lengths = evenly(frames, shots);
    let limits: Vec<_> = shots.iter().zip(&lengths).map(|(shot, length)| limits(*shot, *length)).collect();
    let mut cut = 0;
    for index in 1..lengths.len() {
        cut += lengths[index - 1];
        let allowed = |target: &u32| {
            let both = lengths[index - 1] + lengths[index];
            let Some(before) = (lengths[index - 1] + target).checked_sub(cut) else { return false };
            let after = both.checked_sub(before);
            limits[index - 1].contains(&before) && after.is_some_and(|after| limits[index].contains(&after))
        };
        let Some(target) = beats(cut, beat).into_iter().find(allowed) else { continue };
        let both = lengths[index - 1] + lengths[index];
        lengths[index - 1] = lengths[index - 1] + target - cut;
        lengths[index] = both - lengths[index - 1];
        cut = target;
    }
    lengths
}

/// The beats on both sides of a cut, the nearer first.
fn beats(cut: u32, beat: u32) -> [u32; 2] {
    let before = cut / beat * beat;
    if (cut - before) * 2 <= beat { [before, before + beat] } else { [before + beat, before] }
}

/// What a beat may make of an even share: no shot that was long enough gets too short, and a short one keeps half.
fn limits(shot: Length, even: u32) -> RangeInclusive<u32> {
    let least = if even >= SHORTEST { SHORTEST } else { even.div_ceil(2) };
    match shot {
        Length::Any => least..=u32::MAX,
        Length::AtMost(most) => least..=most.max(even),
    }
}

/// Shares `frames` as evenly as the limits allow.
fn evenly(frames: u32, shots: &[Length]) -> Vec<u32> {
    let mut lengths = vec![0u32; shots.len()];
    let mut left = frames;
    let mut open: Vec<usize> = (0..shots.len()).collect();
    // Those that cannot take an even share get what they can; the others share again.
    while !open.is_empty() {
        let even = left / open.len() as u32;
        let short = open.iter().copied().find(|i| matches!(shots[*i], Length::AtMost(most) if most <= even));
        let Some(index) = short else { break };
        if let Length::AtMost(most) = shots[index] {
            lengths[index] = most;
            left -= most;
        }
        open.retain(|i| *i != index);
    }
    for (done, index) in open.iter().enumerate() {
        let part = left / (open.len() - done) as u32;
        lengths[*index] = part;
        left -= part;
    }
    if let Some(first) = lengths.first_mut() {
        *first += left;
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_is_given_away_once() {
        use Length::{Any, AtMost};
        for (frames, shots, expected) in [
            (96, &[Any][..], &[96][..]),
            (96, &[Any, Any, Any], &[32, 32, 32]),
            (100, &[Any, Any, Any], &[33, 33, 34]),
            (96, &[Any, AtMost(12)], &[84, 12]),
            (96, &[Any, AtMost(90), AtMost(10)], &[43, 43, 10]),
            (24, &[AtMost(3), AtMost(4)], &[20, 4]),
        ] {
            assert_eq!(evenly(frames, shots), expected, "{frames} among {shots:?}");
            // A beat of one frame moves nothing.
            assert_eq!(share(frames, shots, 1), expected, "{frames} among {shots:?}");
        }
    }

    #[test]
    fn cuts_fall_on_the_beat_where_limits_let_them() {
        use Length::{Any, AtMost};
        for (frames, shots, beat, expected) in [
            (192, &[Any, Any, Any][..], 12, &[60, 72, 60][..]),
            (240, &[Any, Any], 16, &[112, 128]),
            (360, &[Any, Any, Any, Any], 24, &[96, 72, 96, 96]),
            // No shot gets shorter than it may be.
            (144, &[Any, Any, Any, Any], 20, &[36, 36, 36, 36]),
            (144, &[Any, Any, Any, Any], 12, &[36, 36, 36, 36]),
            (72, &[Any, Any, Any], 20, &[20, 20, 32]),
            // A reel gets no longer than it is.
            (96, &[Any, AtMost(12)], 20, &[84, 12]),
            (100, &[Any, AtMost(30)], 16, &[80, 20]),
            (24, &[AtMost(3), AtMost(4)], 12, &[20, 4]),
        ] {
            let lengths = share(frames, shots, beat);
            assert_eq!(lengths, expected, "{frames} among {shots:?}, beat {beat}");
        }
    }

    #[test]
    fn no_beat_costs_a_frame_or_a_shot() {
        use Length::{Any, AtMost};
        for frames in (24..=1440).step_by(24) {
            for beat in [12, 15, 16, 20, 24] {
                for shots in [vec![Any; 4], vec![Any; 17], vec![Any, Any, AtMost(50), AtMost(7)]] {
                    let (even, lengths) = (evenly(frames, &shots), share(frames, &shots, beat));
                    assert_eq!(lengths.iter().sum::<u32>(), frames);
                    for ((shot, before), after) in shots.iter().zip(even).zip(lengths) {
                        assert!(limits(*shot, before).contains(&after), "{frames} among {shots:?}");
                        assert_eq!(before > 0, after > 0);
                    }
                }
            }
        }
    }
}
