//! Procedural pictures and sounds, and how far two pictures are apart.

use filmgate_media::frame::Frame;

/// A moving picture with gradients, edges and a little texture; a pure function of its arguments.
pub(crate) fn scene(width: u32, height: u32, time: u32) -> Frame {
    let mut frame = Frame::black(width, height);
    for row in 0..height {
        for column in 0..width {
            let wave = ((column + 3 * time) * 255 / width) & 0xFF;
            let edge = if (column + 2 * time) / 24 % 2 == row / 24 % 2 { 40 } else { 0 };
            let noise = (column.wrapping_mul(73_856_093) ^ row.wrapping_mul(19_349_663)) >> 5 & 3;
            frame.y[(row * width + column) as usize] = (16 + wave * 160 / 255 + edge + noise) as u8;
        }
    }
    for row in 0..height / 2 {
        for column in 0..width / 2 {
            let at = (row * (width / 2) + column) as usize;
            frame.u[at] = (64 + (row * 2 + time) * 128 / height % 128) as u8;
            frame.v[at] = (64 + (column * 2 + 5 * time) * 128 / width % 128) as u8;
        }
    }
    frame
}

/// A soft stereo tone, `samples` long.
pub(crate) fn tone(samples: usize) -> Vec<f32> {
    (0..samples).flat_map(|at| [(at as f32 * 0.05).sin() * 0.2, (at as f32 * 0.03).sin() * 0.2]).collect()
}

/// Peak signal to noise ratio in decibels; infinite for equal planes.
pub(crate) fn psnr(one: &[u8], other: &[u8]) -> f64 {
    assert_eq!(one.len(), other.len());
    let square = |(a, b): (&u8, &u8)| (f64::from(*a) - f64::from(*b)).powi(2);
    let error: f64 = one.iter().zip(other).map(square).sum::<f64>() / one.len() as f64;
    10.0 * (255.0 * 255.0 / error).log10()
}
