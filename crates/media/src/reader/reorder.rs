//! From the order of decoding to the order of showing.
//!
//! The container tells every picture's time in advance. So a decoded picture may leave as soon as no picture that is still to
//! be decoded comes before it: no guess about reorder depths is needed.

use std::collections::BTreeMap;

use crate::container::Packet;
use crate::frame::Frame;

/// No codec needs more pictures waiting; a file that does lies about its times.
const MOST_WAITING: usize = 32;

pub(super) struct Reorder {
    /// For each packet, the earliest time among those after it.
    horizon: Vec<i64>,
    decoded: usize,
    /// By time, and by arrival where times are equal.
    waiting: BTreeMap<(i64, usize), Option<Frame>>,
}

impl Reorder {
    pub(super) fn new(packets: &[Packet]) -> Self {
        let mut horizon = vec![i64::MAX; packets.len()];
        for index in (1..packets.len()).rev() {
            horizon[index - 1] = horizon[index].min(packets[index].pts);
        }
        Self { horizon, decoded: 0, waiting: BTreeMap::new() }
    }

    /// Takes what the next packet gave; `None` for one that gave no picture or must not be shown. False when too many wait.
    pub(super) fn push(&mut self, pts: i64, frame: Option<Frame>) -> bool {
        self.waiting.insert((pts, self.decoded), frame);
        self.decoded += 1;
        self.waiting.len() <= MOST_WAITING
    }

    pub(super) fn pop(&mut self) -> Option<(Frame, i64)> {
        let horizon = self.decoded.checked_sub(1).and_then(|last| self.horizon.get(last)).copied()?;
        while let Some(first) = self.waiting.first_entry() {
            let (pts, _) = *first.key();
            if pts > horizon {
                return None;
            }
            if let Some(frame) = first.remove() {
                return Some((frame, pts));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_leave_in_the_order_of_their_times_and_as_early_as_possible() {
        let times = [0, 3, 1, 2, 6, 4, 5];
        let packets = times.map(|pts| Packet { offset: 0, size: 0, pts, shown: true });
        let mut reorder = Reorder::new(&packets);
        let mut left = Vec::new();
        let mut most = 0;
        for pts in times {
            assert!(reorder.push(pts, Some(Frame::black(2, 2))));
            while let Some((_, pts)) = reorder.pop() {
                left.push(pts);
            }
            most = most.max(reorder.waiting.len());
        }
        assert_eq!(left, [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(most, 1);
    }

    #[test]
    fn a_film_that_runs_backwards_is_noticed() {
        let packets: Vec<Packet> =
            (0..100).rev().map(|pts| Packet { offset: 0, size: 0, pts, shown: true }).collect();
        let mut reorder = Reorder::new(&packets);
        assert!(!packets.iter().all(|packet| reorder.push(packet.pts, None)));
    }
}
