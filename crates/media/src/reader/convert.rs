//! What samples mean, made the same for all: BT.709, limited range, upright.
//!
//! The container says which range and which matrix; where it is silent the samples are taken as limited range, and as BT.709
//! from 720 lines upwards, BT.601 below, as players do. Other matrices (BT.2020) are taken as BT.709; transfer curves
//! and primaries are left alone.

use crate::container::{Stream, Turn};
use crate::frame::Frame;

/// A linear map of (luma, blue, red difference), or none. Fixed point, 14 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Conversion {
    full_range: bool,
    bt601: bool,
}

const ONE: i32 = 1 << 14;

impl Conversion {
    pub(super) fn of(stream: &Stream) -> Self {
        let small = stream.width.min(stream.height) < 720;
        Self {
            full_range: stream.colour.full_range.unwrap_or(false),
            bt601: stream.colour.matrix.map_or(small, |matrix| matches!(matrix, 5 | 6)),
        }
    }

    pub(super) fn apply(self, mut frame: Frame) -> Frame {
        if self == (Self { full_range: false, bt601: false }) {
            return frame;
        }
        let (luma_scale, chroma_scale) =
            if self.full_range { (ONE * 219 / 255, ONE * 224 / 255) } else { (ONE, ONE) };
        // How BT.601 differences add to BT.709 luma, and mix to BT.709 differences (limited range units).
        let [[y_u, y_v], [u_u, u_v], [v_u, v_v]] = if self.bt601 {
            [[-1893, -3407], [16689, 1878], [1230, 16799]]
        } else {
            [[0, 0], [ONE, 0], [0, ONE]]
        };
        let black = if self.full_range { 0 } else { 16 };
        let half = frame.width as usize / 2;
        for row in 0..frame.height as usize / 2 {
            for column in 0..half {
                let at = row * half + column;
                let u = (i32::from(frame.u[at]) - 128) * chroma_scale;
                let v = (i32::from(frame.v[at]) - 128) * chroma_scale;
                let mix = |a: i32, b: i32| (i64::from(a) * i64::from(u) + i64::from(b) * i64::from(v)) >> 14;
                let shift = mix(y_u, y_v) as i32;
                for corner in [0, 1, 2 * half, 2 * half + 1] {
                    let luma = &mut frame.y[row * 4 * half + column * 2 + corner];
                    let value = (i32::from(*luma) - black) * luma_scale + shift + (16 << 14) + ONE / 2;
                    *luma = (value >> 14).clamp(0, 255) as u8;
                }
                let difference =
                    |value: i64| ((value as i32 + (128 << 14) + ONE / 2) >> 14).clamp(0, 255) as u8;
                frame.u[at] = difference(mix(u_u, u_v));
                frame.v[at] = difference(mix(v_u, v_v));
            }
        }
        frame
    }
}

/// Turns a picture clockwise.
pub(super) fn turn(frame: Frame, turn: Turn) -> Frame {
    if turn == Turn::None {
        return frame;
    }
    let (width, height) = (frame.width as usize, frame.height as usize);
    let plane = |samples: &[u8], w: usize, h: usize| -> Vec<u8> {
        match turn {
            Turn::None => samples.to_vec(),
            Turn::Half => samples.iter().rev().copied().collect(),
            Turn::Quarter => (0..w).flat_map(|x| (0..h).rev().map(move |y| samples[y * w + x])).collect(),
            Turn::ThreeQuarters => {
                (0..w).rev().flat_map(|x| (0..h).map(move |y| samples[y * w + x])).collect()
            }
        }
    };
    let (turned_w, turned_h) = turn.size(frame.width, frame.height);
    Frame {
        width: turned_w,
        height: turned_h,
        y: plane(&frame.y, width, height),
        u: plane(&frame.u, width / 2, height / 2),
        v: plane(&frame.v, width / 2, height / 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(y: u8, u: u8, v: u8) -> Frame {
        Frame { width: 2, height: 2, y: vec![y; 4], u: vec![u], v: vec![v] }
    }

    #[test]
    fn full_range_white_and_black_become_limited() {
        let conversion = Conversion { full_range: true, bt601: false };
        assert_eq!(conversion.apply(flat(255, 128, 128)), flat(235, 128, 128));
        assert_eq!(conversion.apply(flat(0, 128, 128)), flat(16, 128, 128));
    }

    #[test]
    fn the_primaries_of_bt601_become_those_of_bt709() {
        let conversion = Conversion { full_range: false, bt601: true };
        for (bt601, bt709) in [
            ([81, 90, 240], [63, 102, 240]),
            ([145, 54, 34], [173, 42, 26]),
            ([41, 240, 110], [32, 240, 118]),
            ([235, 128, 128], [235, 128, 128]),
        ] {
            let frame = conversion.apply(flat(bt601[0], bt601[1], bt601[2]));
            let got = [frame.y[0], frame.u[0], frame.v[0]];
            assert!(got.iter().zip(&bt709).all(|(a, b)| a.abs_diff(*b) <= 1), "{bt601:?} became {got:?}");
        }
    }

    #[test]
    fn a_quarter_turn_moves_the_top_left_to_the_top_right() {
        let mut frame = Frame::black(4, 2);
        frame.y[0] = 200;
        let turned = turn(frame, Turn::Quarter);
        assert_eq!((turned.width, turned.height), (2, 4));
        assert_eq!(turned.y[1], 200);
        assert_eq!(turn(turned, Turn::ThreeQuarters).y[0], 200);
    }
}
