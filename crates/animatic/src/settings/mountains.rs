//! The mountains: range behind range, snow on the highest.

use super::Setting;
use super::nature::{blades, fir, ridge};
use super::skies::sky;
use crate::raster::{Outline, Point, Rgb, point};
use crate::sound::Voice;
use crate::stage::{Brush, Motion, SetBuilder};

#[derive(Debug)]
pub(super) struct Mountains;

impl Setting for Mountains {
    fn name(&self) -> &'static str {
        "mountains"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "mountain", "peak", "alps", "alpine", "cliff", "canyon", "valley", "summit", "山", "高山",
            "雪山", "山脉", "群山", "山峰", "山谷", "悬崖", "山顶",
        ]
    }
    fn paint(&self, set: &mut SetBuilder) {
        let base = set.row(0.74);
        let snow = set.scene.weather.name() == "snow";
        let green =
            move |code: u32| if snow { Rgb::hex(0xe2_eaf2).to(Rgb::hex(code), 0.12) } else { Rgb::hex(code) };
        set.levels.ground = set.row(0.905);
        set.levels.air = set.row(0.38);
        sky(set, base);
        for (name, depth, height, distance, peaks) in
            [("far range", 0.10, 0.56, 0.56, 4), ("range", 0.24, 0.40, 0.34, 5)]
        {
            set.layer(name, depth, 1.5, base - set.unit * 0.72, Motion::Still, |brush| {
                range(brush, base, height, distance, peaks);
            });
        }
        set.layer("slope", 0.5, 1.7, base - set.unit * 0.3, Motion::Still, |brush| {
            let light = *brush.light;
            ridge(
                brush,
                base + brush.unit * 0.06,
                brush.unit * 0.12,
                2,
                0.3,
                (light.at(green(0x3e_6650), 0.22), light.at(green(0x4c_7850), 0.12)),
            );
            for _ in 0..42 {
                let x = brush.chance.between(0.0, brush.width);
                let size = brush.chance.between(0.12, 0.26);
                let y = base + brush.unit * brush.chance.between(0.03, 0.08);
                fir(brush, x, y, size, light.at(green(0x2f_5a44), 0.2));
            }
        });
        set.layer("pasture", 1.0, 2.0, base, Motion::Still, |brush| {
            let light = *brush.light;
            let (far, near) = (light.at(green(0x78_a05a), 0.12), light.at(green(0x4a_7a3a), 0.0));
            let top = base + brush.unit * 0.05;
            ridge(brush, top, brush.unit * 0.03, 2, 0.1, (far, near));
            let (noise, fine) = brush.noise(3, brush.unit * 0.2);
            let bottom = brush.height * 1.13;
            brush.pen.wash(top as i32, bottom as i32, 8, &|x, y| {
                far.to(near, ((y - top) / (bottom - top)).clamp(0.0, 1.0))
                    .times(0.88 + 0.24 * noise.fractal(x * fine, y * fine * 3.0, 3))
            });
            for row in 0..8u8 {
                let share = f32::from(row) / 7.0;
                let tone = far.to(near, share);
                blades(
                    brush,
                    top + (bottom - top) * share,
                    (0.012, 0.03 + 0.02 * share),
                    120,
                    (tone.times(0.8), tone.times(1.15)),
                );
            }
        });
    }
    fn sounds(&self, _night: bool) -> &'static [(Voice, f32)] {
        &[(Voice::Wind, 0.8), (Voice::Birds, 0.2)]
    }
}

/// Peaks with a lit and a shaded flank and caps of snow.
pub(super) fn range(brush: &mut Brush, base: f32, height: f32, distance: f32, peaks: u32) {
    let light = *brush.light;
    let rock = light.at(Rgb::hex(0x66_6a7c), distance);
    let snow = light.at(Rgb::hex(0xf2_f5fa), distance * 0.55);
    let mut tops: Vec<(Point, f32)> = (0..peaks)
        .map(|peak| {
            let x = brush.width * (peak as f32 + brush.chance.between(0.25, 0.75)) / peaks as f32;
            let tall = brush.unit * height * brush.chance.between(0.62, 1.0);
            (point(x, base - tall), tall * brush.chance.between(1.0, 1.35))
        })
        .collect();
    tops.sort_by(|a, b| a.0.y.total_cmp(&b.0.y));
    for (top, wide) in tops {
        // Jagged flanks: the same kinks for rock and snow.
        let kinks: Vec<f32> = (0..12).map(|_| brush.chance.between(-0.05, 0.05)).collect();
        let flank = |side: f32, drop: f32, kink: usize| {
            point(
                top.x + side * wide * (drop + kinks[kink] * drop.min(0.4) * 1.6),
                top.y + (base - top.y) * drop * 1.15,
            )
        };
        let left: Vec<Point> = (0..6).map(|i| flank(-1.0, i as f32 / 5.0, i)).collect();
        let right: Vec<Point> = (0..6).map(|i| flank(1.0, i as f32 / 5.0, 6 + i)).collect();
        let spine: Vec<Point> = (0..6).map(|i| flank(0.16, i as f32 / 5.0, (i * 5) % 12)).collect();
        let face = |a: &[Point], b: &[Point]| a.iter().chain(b.iter().rev()).copied().collect::<Vec<_>>();
        brush.pen.ramp(
            &Outline::new().polygon(&face(&left, &spine)),
            rock.to(light.key, 0.16),
            rock.to(light.haze, 0.35),
        );
        brush.pen.ramp(
            &Outline::new().polygon(&face(&spine, &right)),
            rock.times(0.74),
            rock.to(light.haze, 0.3),
        );
        let cap = |side: &[Point], edge: f32| -> Vec<Point> {
            vec![
                side[0],
                side[1],
                side[1].to(side[2], 0.5 + edge),
                spine[1].to(side[2], 0.45),
                spine[2].to(side[1], 0.4 + edge),
                spine[1].to(spine[2], 0.2),
                spine[0],
            ]
        };
        brush.pen.fill(&Outline::new().polygon(&cap(&left, 0.2)), snow);
        brush.pen.fill(&Outline::new().polygon(&cap(&right, 0.0)), snow.times(0.82));
    }
}
