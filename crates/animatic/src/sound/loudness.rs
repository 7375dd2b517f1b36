//! How loud a mix is to an ear, and making it as loud as any other film: ITU-R BS.1770-4, in LUFS.
//!
//! The signal is weighted as ears weigh it, its power taken in blocks of 400 ms, and what is quiet left out of the mean.

use super::RATE;

/// How loud a film is, LUFS.
const TARGET: f64 = -16.0;
/// What is quieter than this is silence, LUFS.
const SILENCE: f64 = -70.0;
/// Blocks quieter by so much than the rest are left out, LU.
const GATE: f64 = 10.0;
/// A block is four of these steps, and one begins with each.
const STEP: usize = RATE as usize / 10;
/// Where the limiter begins, and how much is left above.
const KNEE: f32 = 0.5;
const ROOM: f32 = 0.42;

/// A filter of second order.
#[derive(Clone, Copy)]
struct Filter {
    b: [f64; 3],
    a: [f64; 2],
    held: [f64; 2],
}

impl Filter {
    const fn new(b: [f64; 3], a: [f64; 2]) -> Self {
        Self { b, a, held: [0.0; 2] }
    }

    fn pass(&mut self, sample: f64) -> f64 {
        let out = self.b[0] * sample + self.held[0];
        self.held[0] = self.b[1] * sample - self.a[0] * out + self.held[1];
        self.held[1] = self.b[2] * sample - self.a[1] * out;
        out
    }
}

/// The head's shelf and the low cut of the K weighting at 48 kHz, from the recommendation's tables.
const WEIGHTING: [Filter; 2] = [
    Filter::new(
        [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85],
        [-1.690_659_293_182_41, 0.732_480_774_215_85],
    ),
    Filter::new([1.0, -2.0, 1.0], [-1.990_047_454_833_98, 0.990_072_250_366_21]),
];

/// The integrated loudness of interleaved stereo; nothing when all of it is silence.
fn loudness(mix: &[f32]) -> Option<f64> {
    let mut filters = [WEIGHTING; 2];
    let steps: Vec<f64> = mix
        .chunks(STEP * 2)
        .map(|step| {
            let mut power = 0.0;
            for frame in step.chunks_exact(2) {
                for (sample, [shelf, cut]) in frame.iter().zip(&mut filters) {
                    let heard = cut.pass(shelf.pass(f64::from(*sample)));
                    power += heard * heard;
                }
            }
            power / STEP as f64
        })
        .collect();
    let blocks: Vec<f64> = steps.windows(4).map(|steps| steps.iter().sum::<f64>() / 4.0).collect();
    let lufs = |power: f64| -0.691 + 10.0 * libm::log10(power.max(1e-12));
    let mean = |least: f64| {
        let (sum, count) = blocks
            .iter()
            .filter(|power| lufs(**power) > least)
            .fold((0.0, 0_u32), |(sum, count), power| (sum + power, count + 1));
        (count > 0).then(|| lufs(sum / f64::from(count)))
    };
    mean(mean(SILENCE)? - GATE)
}

/// Brings a mix to the loudness of every film; peaks bend softly below full scale.
pub(super) fn level(mix: &mut [f32]) {
    // What the limiter takes the second turn gives back.
    for _ in 0..2 {
        let Some(now) = loudness(mix) else { return };
        let gain = libm::pow(10.0, (TARGET - now) / 20.0) as f32;
        for sample in mix.iter_mut() {
            *sample = limited(*sample * gain);
        }
    }
}

/// Adds a score to a mix, quieter than it by `under`, LU.
pub(super) fn add(mix: &mut [f32], score: &[f32], under: f64) {
    let gain = match (loudness(mix), loudness(score)) {
        (Some(mix), Some(score)) => libm::pow(10.0, (mix - under - score) / 20.0) as f32,
        _ => 1.0,
    };
    for (sample, note) in mix.iter_mut().zip(score) {
        *sample += note * gain;
    }
}

fn limited(sample: f32) -> f32 {
    let over = (sample.abs() - KNEE).max(0.0);
    if over > 0.0 { (KNEE + over / (1.0 + over / ROOM)).copysign(sample) } else { sample }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The recommendation's own check: a full-scale sine of 997 Hz in one channel reads -3.01 LUFS.
    #[test]
    fn a_sine_reads_as_the_recommendation_says() {
        let sine = |at: usize| libm::sinf(at as f32 * 997.0 * std::f32::consts::TAU / RATE as f32);
        let mix: Vec<f32> = (0..RATE as usize * 2).flat_map(|at| [sine(at), 0.0]).collect();
        let read = loudness(&mix).unwrap();
        assert!((read + 3.01).abs() < 0.05, "{read}");
        assert_eq!(loudness(&vec![0.0; RATE as usize * 2]), None);
    }

    #[test]
    fn quiet_and_loud_come_out_alike_and_below_full_scale() {
        for strength in [0.01_f32, 0.9] {
            let sound =
                |at: usize| strength * libm::sinf(at as f32 * 0.031) * libm::sinf(at as f32 * 0.000_4);
            let mut mix: Vec<f32> =
                (0..RATE as usize * 3).flat_map(|at| [sound(at), sound(at + 9)]).collect();
            level(&mut mix);
            let read = loudness(&mix).unwrap();
            assert!((read - TARGET).abs() < 0.3, "{read}");
            assert!(mix.iter().all(|sample| sample.abs() < 0.93));
        }
    }
}
