//! The edit: how long each shot of a film lasts.

/// How long a shot can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Any,
    /// Frames.
    AtMost(u32),
}

/// Shares `frames` among shots as evenly as their limits allow; the sum is exact. What no other shot can take, the
/// first one does.
pub(super) fn share(frames: u32, shots: &[Length]) -> Vec<u32> {
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
            assert_eq!(share(frames, shots), expected, "{frames} among {shots:?}");
        }
    }
}
