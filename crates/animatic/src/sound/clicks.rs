//! No clicks: a sample that its neighbourhood does not explain is heard as one, wherever it comes from.

use super::tests::heard;
use super::{RATE, fade};

/// Samples on each side that explain the one between them: ten milliseconds.
const AROUND: usize = RATE as usize / 100;
/// Second differences below this are not heard, full scale being 1.
const FAINT: f32 = 2e-4;

/// The sharpest bend of a signal, in parts of what its neighbourhood has, and where it is.
fn sharpest(signal: &[f32]) -> (f32, usize) {
    let bends: Vec<f32> = signal.windows(3).map(|at| at[2] - 2.0 * at[1] + at[0]).collect();
    let mut sums = vec![0.0f64];
    for bend in &bends {
        sums.push(sums[sums.len() - 1] + f64::from(bend * bend));
    }
    let mut most = (0.0, 0);
    for (index, bend) in bends.iter().enumerate() {
        let (from, until) = (index.saturating_sub(AROUND), (index + AROUND).min(bends.len()));
        // The bend itself and its next neighbours are left out: a click does not explain itself.
        let (near, next) = (index.saturating_sub(3).max(from), (index + 4).min(until));
        let sum = sums[near] - sums[from] + sums[until] - sums[next];
        let count = (near - from + until - next).max(1);
        let ratio = bend.abs() / (libm::sqrt(sum.max(0.0) / count as f64) as f32).max(FAINT);
        if ratio > most.0 {
            most = (ratio, index + 1);
        }
    }
    most
}

fn channel(mix: &[f32], channel: usize) -> Vec<f32> {
    mix.iter().skip(channel).step_by(2).copied().collect()
}

/// Prompts, how sharp they may be, and a step that is heard in them. Noise reaches three or four times its own measure,
/// wood that cracks seven times; a step drowns in rain that is not loud.
const HEARD: [(&str, f32, f32); 12] = [
    ("a cat dancing in the rain", 4.5, 0.5),
    ("a bowl of fruit on the table", 5.0, 0.05),
    ("underwater", 5.5, 0.05),
    ("a storm at sea", 4.5, 0.5),
    ("a robot on the moon", 5.0, 0.05),
    ("a rocket in space", 5.0, 0.05),
    ("a man walking in the city by day", 5.5, 0.2),
    ("a bird in the forest", 4.5, 0.5),
    ("a fire in the forest at night", 9.0, 0.3),
    ("a dog in a meadow at night", 5.5, 0.1),
    ("a woman walking in the street, then a fish underwater, then a storm at sea", 5.5, 0.05),
    ("a ship in a storm, then a cat sitting in a room, then a robot dancing in space", 5.5, 0.5),
];

#[test]
fn nothing_clicks() {
    for (prompt, most, _) in HEARD {
        let mix = heard(prompt, 6);
        for side in 0..2 {
            let (ratio, at) = sharpest(&channel(&mix, side));
            assert!(ratio < most, "{prompt}: {ratio:.1} at {:.3} s", at as f32 / RATE as f32);
        }
    }
}

/// The measure can tell: a step made in the same films is found, and found where it is.
#[test]
fn a_step_would_be_found() {
    for (prompt, most, step) in HEARD {
        let mut signal = channel(&heard(prompt, 6), 0);
        let at = signal.len() / 2 + 77;
        signal[at..].iter_mut().for_each(|sample| *sample += step);
        let (ratio, found) = sharpest(&signal);
        assert!(ratio > most && found.abs_diff(at) <= 2, "{prompt}: {ratio:.1} at {found}");
    }
}

#[test]
fn films_begin_and_end_at_silence() {
    for (prompt, ..) in HEARD {
        let mix = heard(prompt, 3);
        let ends = mix[..16].iter().chain(&mix[mix.len() - 16..]);
        assert!(ends.into_iter().all(|sample| sample.abs() < 1e-3), "{prompt}");
    }
    let mut mix = vec![1.0; 100];
    fade(&mut mix);
    assert!(mix[0].abs() < 1e-6 && mix[99].abs() < 1e-6 && mix[50] > 0.9);
}
