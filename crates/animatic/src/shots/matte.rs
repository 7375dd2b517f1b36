//! The matte: where in a picture its subject is, told from colours and edges alone.
//!
//! The picture is looked at small. Patches of like colour are joined into a graph, and what can be reached from the
//! picture's border only across strong edges is the subject (geodesic saliency). The edge is then drawn at full size
//! by a guided filter, which follows the picture's own brightness.

use crate::chance::lerp;
use filmgate_media::frame::Frame;

/// Pixels of the longer side of the small picture.
const SMALL: usize = 112;
/// Pixels of the side of a patch, small.
const PATCH: usize = 6;
/// How far colours must lie apart, in samples, before a step between patches counts.
const FLAT: f32 = 5.0;
/// How much farther from the border than the background the subject must be, in samples.
const CLEAR: f32 = 22.0;
/// The shares of the picture a subject can have.
const SHARES: (f32, f32) = (0.015, 0.5);

/// A picture at small size: brightness and both colours, row after row.
pub(super) struct Small {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) samples: Vec<[f32; 3]>,
}

/// A subject: coefficients of the guided filter, from which a matte of any size follows.
pub(super) struct Matte {
    width: usize,
    height: usize,
    slope: Vec<f32>,
    shift: Vec<f32>,
    /// The subject at small size, and grown by its fringe.
    pub(super) grown: Vec<f32>,
    /// The middle of the subject's foot, as shares of width and height.
    pub(super) foot: (f32, f32),
}

impl Small {
    pub(super) fn of(frame: &Frame) -> Self {
        let (from_w, from_h) = (frame.width as usize, frame.height as usize);
        let scale = (from_w.max(from_h) as f32 / SMALL as f32).max(1.0);
        let size = |from: usize| ((from as f32 / scale) as usize).clamp(1, from);
        let (width, height) = (size(from_w), size(from_h));
        let span =
            |at: usize, small: usize, from: usize| at * from / small..((at + 1) * from / small).min(from);
        let mut samples = Vec::with_capacity(width * height);
        for row in 0..height {
            for column in 0..width {
                let (rows, columns) = (span(row, height, from_h), span(column, width, from_w));
                let mut sum = [0u32; 3];
                for y in rows.clone() {
                    for x in columns.clone() {
                        let half = y / 2 * (from_w / 2) + (x / 2).min(from_w / 2 - 1);
                        let here = [frame.y[y * from_w + x], frame.u[half], frame.v[half]];
                        sum.iter_mut().zip(here).for_each(|(sum, sample)| *sum += u32::from(sample));
                    }
                }
                let count = (rows.len() * columns.len()).max(1) as f32;
                samples.push(sum.map(|sum| sum as f32 / count));
            }
        }
        Self { width, height, samples }
    }
}

impl Matte {
    /// Finds the subject; none if nothing stands out.
    pub(super) fn find(small: &Small) -> Option<Self> {
        let far = distances(small);
        let subject = largest(&divide(&far, small)?, small)?;
        let (slope, shift) = guide(small, &subject);
        let rows = (0..small.height).rev();
        let row = |row: usize| &subject[row * small.width..(row + 1) * small.width];
        let foot = rows.into_iter().find(|at| row(*at).iter().any(|on| *on))?;
        let on: Vec<usize> = row(foot).iter().enumerate().filter(|(_, on)| **on).map(|(x, _)| x).collect();
        let middle = on.iter().sum::<usize>() as f32 / on.len().max(1) as f32;
        let mask: Vec<f32> = subject.iter().map(|on| f32::from(u8::from(*on))).collect();
        let grown = blur(&mask, small, 3).iter().map(|share| (share * 5.0).min(1.0)).collect();
        let foot = ((middle + 0.5) / small.width as f32, (foot as f32 + 1.0) / small.height as f32);
        Some(Self { width: small.width, height: small.height, slope, shift, grown, foot })
    }

    /// How far the subject covers each pixel of a plane of this size, `0..=255`; `luma` is its brightness.
    pub(super) fn cover(&self, luma: impl Fn(usize, usize) -> u8, width: usize, height: usize) -> Vec<u8> {
        let (mut slope, mut shift) = (vec![0.0; width], vec![0.0; width]);
        let mut cover = Vec::with_capacity(width * height);
        for y in 0..height {
            let at = (y as f32 + 0.5) / height as f32;
            stretch(&self.slope, (self.width, self.height), at, &mut slope);
            stretch(&self.shift, (self.width, self.height), at, &mut shift);
            for x in 0..width {
                let share = slope[x] * f32::from(luma(x, y)) + shift[x];
                // A soft but decided edge.
                cover.push((((share - 0.5) * 2.2 + 0.5).clamp(0.0, 1.0) * 255.0 + 0.5) as u8);
            }
        }
        cover
    }
}

/// A row of a small plane at a height given as a share, between its two lines, drawn out to the length of `out`.
pub(super) fn stretch(plane: &[f32], (width, height): (usize, usize), at: f32, out: &mut [f32]) {
    let y = (at * height as f32 - 0.5).clamp(0.0, (height - 1) as f32);
    let (upper, part) = (y as usize, y - libm::floorf(y));
    let line = |row: usize| &plane[row.min(height - 1) * width..][..width];
    let (upper, lower) = (line(upper), line(upper + 1));
    let step = width as f32 / out.len() as f32;
    for (x, out) in out.iter_mut().enumerate() {
        let x = ((x as f32 + 0.5) * step - 0.5).clamp(0.0, (width - 1) as f32);
        let (left, aside) = (x as usize, x - x as usize as f32);
        let right = (left + 1).min(width - 1);
        *out = lerp(lerp(upper[left], upper[right], aside), lerp(lower[left], lower[right], aside), part);
    }
}

/// For every small pixel the cost of the cheapest way from the border: steps between patches cost what their colours differ.
fn distances(small: &Small) -> Vec<f32> {
    let (columns, rows) = (small.width.div_ceil(PATCH), small.height.div_ceil(PATCH));
    let patches: Vec<[f32; 3]> =
        (0..columns * rows).map(|patch| median(small, patch % columns, patch / columns)).collect();
    let border = |patch: usize| {
        let (column, row) = (patch % columns, patch / columns);
        let beside = column == 0 || column + 1 == columns;
        // Whoever is filmed may stand on the lower edge, but hardly at its ends.
        row == 0 || beside
    };
    let mut cost: Vec<f32> =
        (0..columns * rows).map(|patch| if border(patch) { 0.0 } else { f32::MAX }).collect();
    // Few patches: relaxing until nothing changes is as good as a queue.
    loop {
        let mut changed = false;
        for patch in 0..columns * rows {
            let (column, row) = ((patch % columns) as isize, (patch / columns) as isize);
            for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1)] {
                let (x, y) = (column + dx, row + dy);
                if x < 0 || y < 0 || x >= columns as isize || y >= rows as isize {
                    continue;
                }
                let next = y as usize * columns + x as usize;
                let step = (apart(&patches[patch], &patches[next]) - FLAT).max(0.0);
                if cost[next] + step < cost[patch] {
                    cost[patch] = cost[next] + step;
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    // Each pixel takes the cost of the patch nearby that it looks most like.
    let near = |at: usize, size: usize| (at / PATCH).saturating_sub(1)..(at / PATCH + 2).min(size);
    let mut far = Vec::with_capacity(small.samples.len());
    for (index, colour) in small.samples.iter().enumerate() {
        let (x, y) = (index % small.width, index / small.width);
        let (mut best, mut least) = (0.0, f32::MAX);
        for row in near(y, rows) {
            for column in near(x, columns) {
                let unlike = apart(colour, &patches[row * columns + column]);
                if unlike < least {
                    (best, least) = (cost[row * columns + column], unlike);
                }
            }
        }
        far.push(best);
    }
    far
}

/// The middle colour of a patch, so that a patch across an edge takes one side.
fn median(small: &Small, column: usize, row: usize) -> [f32; 3] {
    let rows = row * PATCH..((row + 1) * PATCH).min(small.height);
    let mut inside: Vec<[f32; 3]> = rows
        .flat_map(|y| {
            let from = y * small.width + column * PATCH;
            small.samples[from..(from + PATCH).min((y + 1) * small.width)].iter().copied()
        })
        .collect();
    let middle = inside.len() / 2;
    inside.sort_by(|a, b| (a[0] + a[1] * 2.0 - a[2]).total_cmp(&(b[0] + b[1] * 2.0 - b[2])));
    inside[middle]
}

/// How far apart two colours look; colour counts more than brightness, which shadows change.
fn apart(a: &[f32; 3], b: &[f32; 3]) -> f32 {
    let [y, u, v] = [0, 1, 2].map(|part| a[part] - b[part]);
    libm::sqrtf(0.6 * y * y + 2.0 * (u * u + v * v))
}

/// Cuts the distances in two where their classes are clearest (Otsu); none if they are not clear.
fn divide(far: &[f32], small: &Small) -> Option<Vec<bool>> {
    let most = far.iter().copied().fold(0.0, f32::max);
    let mean = |above: bool, cut: f32| {
        let (sum, count) = far
            .iter()
            .filter(|far| (**far > cut) == above)
            .fold((0.0, 0.0), |(sum, count), far| (sum + far, count + 1.0));
        (sum / f32::max(count, 1.0), count / far.len() as f32)
    };
    let cuts = (1..24).map(|step| most * step as f32 / 24.0);
    let clear = |cut: &f32| {
        let ((low, few), (high, many)) = (mean(false, *cut), mean(true, *cut));
        few * many * (high - low) * (high - low)
    };
    let cut = cuts.max_by(|a, b| clear(a).total_cmp(&clear(b)))?;
    let ((low, _), (high, share)) = (mean(false, cut), mean(true, cut));
    let found = high - low > CLEAR && (SHARES.0..SHARES.1).contains(&share) && small.width > PATCH * 4;
    found.then(|| far.iter().map(|far| *far > cut).collect())
}

/// Keeps the largest connected piece and those not much smaller; none if all of them are small.
fn largest(mask: &[bool], small: &Small) -> Option<Vec<bool>> {
    let mut piece = vec![0usize; mask.len()];
    let mut sizes = vec![0usize];
    for start in 0..mask.len() {
        if !mask[start] || piece[start] != 0 {
            continue;
        }
        let name = sizes.len();
        let (mut open, mut size) = (vec![start], 0);
        piece[start] = name;
        while let Some(at) = open.pop() {
            size += 1;
            let (x, y) = (at % small.width, at / small.width);
            let sides = [
                (x > 0).then(|| at - 1),
                (x + 1 < small.width).then(|| at + 1),
                (y > 0).then(|| at - small.width),
                (y + 1 < small.height).then(|| at + small.width),
            ];
            for next in sides.into_iter().flatten().filter(|next| mask[*next]) {
                if piece[next] == 0 {
                    piece[next] = name;
                    open.push(next);
                }
            }
        }
        sizes.push(size);
    }
    let most = sizes.iter().copied().max().filter(|most| *most as f32 > SHARES.0 * mask.len() as f32)?;
    Some(piece.iter().map(|name| *name != 0 && sizes[*name] * 4 >= most).collect())
}

/// The guided filter's line for every small pixel: how the subject's cover follows from brightness.
fn guide(small: &Small, subject: &[bool]) -> (Vec<f32>, Vec<f32>) {
    let luma: Vec<f32> = small.samples.iter().map(|sample| sample[0]).collect();
    let cover: Vec<f32> = subject.iter().map(|on| f32::from(u8::from(*on))).collect();
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).collect::<Vec<f32>>();
    let mean = |plane: &[f32]| blur(plane, small, 2);
    let (luma_mean, cover_mean) = (mean(&luma), mean(&cover));
    let (both, square) = (mean(&product(&luma, &cover)), mean(&product(&luma, &luma)));
    let slope: Vec<f32> = (0..luma.len())
        .map(|at| {
            let spread = square[at] - luma_mean[at] * luma_mean[at];
            (both[at] - luma_mean[at] * cover_mean[at]) / (spread + 60.0)
        })
        .collect();
    let shift: Vec<f32> = (0..luma.len()).map(|at| cover_mean[at] - slope[at] * luma_mean[at]).collect();
    (mean(&slope), mean(&shift))
}

/// The mean of every pixel's neighbours within `reach`, those outside left out.
pub(super) fn blur(plane: &[f32], small: &Small, reach: usize) -> Vec<f32> {
    let (width, height) = (small.width, small.height);
    let pass = |plane: &[f32], count: usize, step: usize, line: usize, lines: usize| {
        let mut out = vec![0.0; plane.len()];
        for at in 0..lines {
            for index in 0..count {
                let span = index.saturating_sub(reach)..(index + reach + 1).min(count);
                let length = span.len() as f32;
                out[at * line + index * step] =
                    span.map(|i| plane[at * line + i * step]).sum::<f32>() / length;
            }
        }
        out
    };
    let across = pass(plane, width, 1, width, height);
    pass(&across, height, width, 1, width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Noise;

    /// A picture by brightness and colour of every pixel.
    fn picture(paint: impl Fn(usize, usize) -> [u8; 3]) -> Frame {
        let mut frame = Frame::black(320, 180);
        for y in 0..180 {
            for x in 0..320 {
                let [luma, u, v] = paint(x, y);
                frame.y[y * 320 + x] = luma;
                let half = y / 2 * 160 + x / 2;
                (frame.u[half], frame.v[half]) = (u, v);
            }
        }
        frame
    }

    fn in_disc(x: usize, y: usize) -> bool {
        let (x, y) = (x as f32 - 190.0, y as f32 - 95.0);
        x * x + y * y < 45.0 * 45.0
    }

    #[test]
    fn what_stands_out_is_found_to_its_edge() {
        let noise = Noise::new(3, 40);
        let ground =
            |x: usize, y: usize| 70 + (y / 3) as u8 + (noise.at(x as f32 / 6.0, y as f32 / 6.0) * 14.0) as u8;
        let frame = picture(|x, y| if in_disc(x, y) { [150, 100, 190] } else { [ground(x, y), 130, 120] });
        let matte = Matte::find(&Small::of(&frame)).expect("a disc stands out");
        let cover = matte.cover(|x, y| frame.y[y * 320 + x], 320, 180);
        let right = (0..320 * 180).filter(|at| (cover[*at] > 127) == in_disc(at % 320, at / 320)).count();
        assert!(right as f32 > 0.985 * 320.0 * 180.0, "{right} of {}", 320 * 180);
        assert!((matte.foot.0 - 190.0 / 320.0).abs() < 0.03 && (matte.foot.1 - 140.0 / 180.0).abs() < 0.05);
    }

    #[test]
    fn nothing_is_lifted_off_where_nothing_stands_out() {
        let noise = Noise::new(5, 40);
        for (name, frame) in [
            ("flat", picture(|_, _| [90, 128, 128])),
            ("slope", picture(|x, y| [40 + (x / 3) as u8 + (y / 4) as u8, 120, 135])),
            ("noise", picture(|x, y| [(noise.at(x as f32 / 2.0, y as f32 / 2.0) * 200.0) as u8, 128, 128])),
            ("halves", picture(|_, y| if y < 90 { [180, 110, 120] } else { [60, 140, 130] })),
        ] {
            assert!(Matte::find(&Small::of(&frame)).is_none(), "{name}");
        }
    }
}
