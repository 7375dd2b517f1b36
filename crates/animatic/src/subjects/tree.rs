//! The tree: one, alone, moving in the wind.

use super::{Pose, Subject};
use crate::chance::{unit, wave};
use crate::raster::{Outline, Pen, Rgb, point};

#[derive(Debug)]
pub(super) struct Tree;

impl Subject for Tree {
    fn name(&self) -> &'static str {
        "tree"
    }
    fn words(&self) -> &'static [&'static str] {
        &["tree", "oak", "maple", "willow", "树", "大树", "枫树", "柳树"]
    }
    fn home(&self) -> &'static str {
        "meadow"
    }
    scenery!();
    fn size(&self) -> f32 {
        0.78
    }
    fn girth(&self) -> f32 {
        0.34
    }
    fn coat(&self, _accent: u16, copy: u8) -> Rgb {
        [Rgb::hex(0x4f_8a3c), Rgb::hex(0x6a_9a40), Rgb::hex(0x3f_7a48)][usize::from(copy) % 3]
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        tree(pose, pen);
    }
}

/// A cherry tree in blossom: the same tree in pink, and petals on the wind.
#[derive(Debug)]
pub(super) struct Cherry;

impl Subject for Cherry {
    fn name(&self) -> &'static str {
        "cherry tree"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "cherry blossom",
            "cherry tree",
            "cherry blossom tree",
            "sakura",
            "sakura tree",
            "blossoms",
            "樱花",
            "樱花树",
            "樱树",
            "桃花",
        ]
    }
    fn home(&self) -> &'static str {
        "meadow"
    }
    scenery!();
    fn size(&self) -> f32 {
        0.86
    }
    fn reach(&self) -> f32 {
        1.0
    }
    fn girth(&self) -> f32 {
        0.34
    }
    fn coat(&self, _accent: u16, copy: u8) -> Rgb {
        [Rgb::hex(0xf4_a6c0), Rgb::hex(0xf8_c0d2), Rgb::hex(0xea_8eb0)][usize::from(copy) % 3]
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        tree(pose, pen);
        for petal in 0..18u64 {
            let turn = pose.t * (0.16 + 0.10 * unit(7, petal)) + unit(8, petal);
            let fall = turn - libm::floorf(turn);
            let x = (unit(9, petal) - 0.5) * 1.2 + 0.45 * fall + 0.05 * wave(turn * 3.0);
            let at = point(x, -0.9 + 0.9 * fall);
            pen.fill(&Outline::new().ellipse(at, 0.016, 0.010, turn * 9.0), pose.coat.to(Rgb::WHITE, 0.3));
        }
    }
}

fn tree(pose: &Pose, pen: &mut Pen) {
    let wind = 0.012 * wave(pose.t * 0.21) + 0.006 * wave(pose.t * 0.53);
    let bark = Rgb::hex(0x5a_4030);
    let trunk = Outline::new()
        .tail(&[point(0.0, 0.0), point(0.012, -0.25), point(wind, -0.52)], 0.055, 0.028)
        .limb(point(0.005, -0.3), point(0.17 + wind, -0.54), 0.026, 0.014)
        .limb(point(0.0, -0.26), point(-0.18 + wind, -0.50), 0.026, 0.014)
        .polygon(&[point(-0.1, 0.0), point(-0.045, -0.07), point(0.05, -0.07), point(0.1, 0.0)]);
    pen.ramp(&trunk, bark, bark.times(0.6));
    let leaf = pose.coat;
    for (layer, shade, shift) in [(0u64, 0.66, 0.02), (1, 0.86, 0.0), (2, 1.08, -0.03)] {
        let mut crown = Outline::new();
        for clump in 0..11u64 {
            let turn = clump as f32 / 11.0;
            let far = [0.27, 0.22, 0.15][layer as usize] * (0.8 + 0.4 * unit(layer, clump));
            let stir = 0.014 * wave(pose.t * (0.3 + 0.2 * unit(clump, layer)) + turn);
            let x = far * 1.05 * wave(turn + 0.25) + wind * 2.0 + stir + shift;
            let y = -0.72 + far * 0.8 * wave(turn) + stir * 0.5 + shift * 1.6;
            crown = crown.circle(point(x, y), 0.105 - 0.018 * layer as f32);
        }
        crown = crown.ellipse(
            point(wind * 2.0 + shift, -0.72 + shift),
            0.24 - 0.07 * layer as f32,
            0.19 - 0.06 * layer as f32,
            0.0,
        );
        pen.fill(&crown, leaf.times(shade));
    }
}
