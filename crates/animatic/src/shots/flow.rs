//! Optical flow: where every part of one picture has gone in the other.
//!
//! It is found at a small size, by matching patches from coarse to fine and then by Lucas and Kanade's method, and it
//! is found both ways, because only what comes back to where it started can be believed.

use filmgate_media::frame::Frame;

/// A displacement: x, y.
pub(crate) type Vector = [f32; 2];

/// The longer side of the small pictures, at most.
const LONGEST: usize = 240;
/// The level that is searched for any motion is at most this long.
const COARSEST: usize = 60;
/// A patch reaches this far to the left and up, and one less to the right and down.
const REACH: usize = 4;
/// Bytes a pixel is recognised by.
const MARKS: usize = 4;
/// Bytes of one row of a patch.
const ROW: usize = 2 * REACH * MARKS;
/// What a patch costs that has left the picture.
const OUTSIDE: u32 = 64 * 24;
/// What a step of one pixel between neighbours costs.
const STIFF: u32 = 60;
/// A step larger than this costs no more: it is an edge.
const EDGE: u32 = 5;
/// A flow that misses its start by this many small pixels on the way back is not believed.
const ASTRAY: f32 = 1.5;
/// Matched patches differ by less than this in every mark.
const ALIKE: f32 = 20.0;
/// The least weight of what is not seen in a picture, so that nothing appears at once.
const LEAST: f32 = 0.08;
/// Brightness varies by at least this much where there is something to recognise.
const PLAIN: f32 = 4.0;

/// The flow between two pictures, on a grid of square cells; vectors in cells.
pub(crate) struct Flow {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Pixels a cell is wide.
    pub(crate) cell: usize,
    /// From the first picture to the last, and back.
    fields: [Vec<Vector>; 2],
    /// How far each of them is believed, 0 to 1.
    trust: [Vec<f32>; 2],
    /// How alike the light of both pictures is, 0 to 1.
    light: f32,
    /// The share of what can be recognised that is found in both pictures.
    pub(crate) found: f32,
}

/// One instant between the pictures, at one cell: where its pixels come from (in pixels), and how much from the last picture.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Origin {
    pub(crate) first: Vector,
    pub(crate) last: Vector,
    pub(crate) part: f32,
}

impl Flow {
    pub(crate) fn between(first: &Frame, last: &Frame) -> Self {
        let (long, mut cell) = (first.width.max(first.height) as usize, 1);
        while long.div_ceil(cell) > LONGEST {
            cell *= 2;
        }
        let a = Planes::shrink(first, cell);
        let untuned = Planes::shrink(last, cell);
        let b = untuned.tuned(&a);
        let (a, b) = (pyramid(a), pyramid(b));
        let mut fields = [trace(&a, &b), trace(&b, &a)];
        let (a, b) = (&a[0], &b[0]);
        let trust = [believe(a, b, &fields[0], &fields[1]), believe(b, a, &fields[1], &fields[0])];
        let light = alike(a, &untuned, &fields[0], &trust[0]);
        let found = found(a, &trust[0]).min(found(b, &trust[1]));
        for (field, trust) in fields.iter_mut().zip(&trust) {
            fill(a.planes.width, field, trust);
        }
        Self { width: a.planes.width, height: a.planes.height, cell, fields, trust, light, found }
    }

    /// How far the pictures are apart on the whole, in pixels.
    pub(crate) fn travel(&self) -> f32 {
        let sum: f32 = self.fields[0].iter().map(|f| libm::sqrtf(f[0] * f[0] + f[1] * f[1])).sum();
        sum * self.cell as f32 / self.fields[0].len() as f32
    }

    /// The instant `s` of the way from the first picture to the last, seen magnified around a point near the middle.
    pub(crate) fn at(&self, s: f32, scale: f32, aside: f32) -> Vec<Origin> {
        let passing = self.passing(s);
        let (w, h) = (self.width as f32 - 1.0, self.height as f32 - 1.0);
        let mut origins = vec![Origin::default(); passing.len()];
        for (index, origin) in origins.iter_mut().enumerate() {
            let (x, y) = ((index % self.width) as f32, (index / self.width) as f32);
            let seen =
                [w / 2.0 + (x - w / 2.0) / scale + aside / self.cell as f32, h / 2.0 + (y - h / 2.0) / scale];
            let [u, v, gone, new] = sample(&passing, self.width, self.height, seen);
            let along = |way: f32| [seen[0] + way * u, seen[1] + way * v];
            let (a, b) = (along(-s), along(1.0 - s));
            // What is only in one of the pictures is taken from there; what is in neither is dissolved.
            let seen_in = |place: Vector, other: f32| {
                (1.0 - self.light * (1.0 - (1.0 - other) * inside(place, w, h))).max(LEAST)
            };
            let (from_first, from_last) = ((1.0 - s) * seen_in(a, new), s * seen_in(b, gone));
            let pixels = self.cell as f32;
            origin.first = [(a[0] - x) * pixels, (a[1] - y) * pixels];
            origin.last = [(b[0] - x) * pixels, (b[1] - y) * pixels];
            origin.part = from_last / (from_first + from_last);
        }
        origins
    }

    /// What passes every cell at the instant `s`: its flow, how much of it is gone later, and how much is new.
    fn passing(&self, s: f32) -> Vec<[f32; 4]> {
        let count = self.width * self.height;
        // Sums of flow, weight; and of what is seen from one side only, with its weight.
        let (mut moving, mut alone) = (vec![[0.0; 3]; count], [vec![[0.0; 2]; count], vec![[0.0; 2]; count]]);
        for (side, (way, sign)) in [(s, 1.0), (1.0 - s, -1.0)].into_iter().enumerate() {
            for (index, (f, trust)) in self.fields[side].iter().zip(&self.trust[side]).enumerate() {
                let (x, y) = ((index % self.width) as f32, (index / self.width) as f32);
                let (onward, weight) = (f.map(|along| along * sign), (1.0 - way) * (0.02 + trust * trust));
                self.splat([x + way * f[0], y + way * f[1]], |at, share| {
                    add(&mut moving[at], onward, share * weight);
                    alone[side][at][0] += share * (1.0 - trust);
                    alone[side][at][1] += share;
                });
                // Where nothing arrives, what is there already is the next best guess.
                add(&mut moving[index], onward, 0.002 * (1.0 - way));
            }
        }
        let of = |side: usize, at: usize| alone[side][at][0] / alone[side][at][1].max(0.3);
        let node = |(at, all): (usize, &[f32; 3])| [all[0] / all[2], all[1] / all[2], of(0, at), of(1, at)];
        moving.iter().enumerate().map(node).collect()
    }

    /// Spreads one sample over the four cells around a point.
    fn splat(&self, [x, y]: Vector, mut put: impl FnMut(usize, f32)) {
        let (left, top) = (libm::floorf(x), libm::floorf(y));
        let (fx, fy) = (x - left, y - top);
        for (row, dy) in [(top, 1.0 - fy), (top + 1.0, fy)] {
            for (column, dx) in [(left, 1.0 - fx), (left + 1.0, fx)] {
                if row >= 0.0 && column >= 0.0 && row < self.height as f32 && column < self.width as f32 {
                    put(row as usize * self.width + column as usize, dx * dy);
                }
            }
        }
    }
}

/// Adds a vector to a sum of vectors and their weights.
fn add(sum: &mut [f32; 3], [x, y]: Vector, weight: f32) {
    *sum = [sum[0] + x * weight, sum[1] + y * weight, sum[2] + weight];
}

/// 1 inside the picture, falling to 0 within a cell and a half outside.
fn inside([x, y]: Vector, right: f32, bottom: f32) -> f32 {
    let out = (-x).max(x - right).max(-y).max(y - bottom).max(0.0);
    (1.0 - out / 1.5).max(0.0)
}

/// The mix of the four neighbours of a point; the outermost ones repeat.
fn sample<const N: usize>(data: &[[f32; N]], width: usize, height: usize, [x, y]: Vector) -> [f32; N] {
    let (x, y) = (x.clamp(0.0, width as f32 - 1.0), y.clamp(0.0, height as f32 - 1.0));
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
    let (fx, fy) = (x - left as f32, y - top as f32);
    let (a, b) = (data[top * width + left], data[top * width + right]);
    let (c, d) = (data[bottom * width + left], data[bottom * width + right]);
    std::array::from_fn(|i| {
        (a[i] * (1.0 - fx) + b[i] * fx) * (1.0 - fy) + (c[i] * (1.0 - fx) + d[i] * fx) * fy
    })
}

/// A small picture: brightness and both colours.
struct Planes {
    width: usize,
    height: usize,
    data: Vec<[f32; 3]>,
}

impl Planes {
    fn shrink(frame: &Frame, cell: usize) -> Self {
        let (w, h) = (frame.width as usize, frame.height as usize);
        let (width, height) = (w.div_ceil(cell), h.div_ceil(cell));
        let mut data = vec![[0.0; 3]; width * height];
        let half = (cell / 2).max(1);
        for (index, out) in data.iter_mut().enumerate() {
            let (x, y) = (index % width * cell, index / width * cell);
            out[0] = mean(&frame.y, (w, h), (x, y), cell);
            out[1] = mean(&frame.u, (w / 2, h / 2), (x / 2, y / 2), half);
            out[2] = mean(&frame.v, (w / 2, h / 2), (x / 2, y / 2), half);
        }
        Self { width, height, data }
    }

    fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let middle = |i: usize| [(i % width * 2) as f32 + 0.5, (i / width * 2) as f32 + 0.5];
        let pixel = |i: usize| sample(&self.data, self.width, self.height, middle(i));
        Self { width, height, data: (0..width * height).map(pixel).collect() }
    }

    /// Gives this picture the light of another: dusk is compared with day as if it were day.
    fn tuned(&self, like: &Self) -> Self {
        let mut data = self.data.clone();
        for channel in 0..3 {
            let ((mine, spread), (theirs, wanted)) = (self.light(channel), like.light(channel));
            let gain = if channel == 0 { ((wanted + 2.0) / (spread + 2.0)).clamp(0.4, 2.5) } else { 1.0 };
            for pixel in &mut data {
                pixel[channel] = (pixel[channel] - mine) * gain + theirs;
            }
        }
        Self { data, ..*self }
    }

    /// Mean and standard deviation.
    fn light(&self, channel: usize) -> (f32, f32) {
        let count = self.data.len() as f32;
        let mean = self.data.iter().map(|p| p[channel]).sum::<f32>() / count;
        let square = self.data.iter().map(|p| (p[channel] - mean) * (p[channel] - mean)).sum::<f32>();
        (mean, libm::sqrtf(square / count))
    }
}

fn mean(plane: &[u8], (w, h): (usize, usize), (x, y): (usize, usize), size: usize) -> f32 {
    let (right, bottom) = ((x + size).min(w), (y + size).min(h));
    let row = |row: usize| plane[row * w + x..row * w + right].iter().map(|s| u32::from(*s)).sum::<u32>();
    (y..bottom).map(row).sum::<u32>() as f32 / ((right - x) * (bottom - y)) as f32
}

/// A picture at one size, ready to be compared.
struct Level {
    planes: Planes,
    /// Brightness with its surroundings taken away, the same in light and in shade.
    relief: Vec<[f32; 1]>,
    /// How much brightness varies around each pixel.
    texture: Vec<f32>,
    /// Four bytes a pixel to know it by, with a margin for patches at the edge.
    marks: Vec<u8>,
}

impl Level {
    fn new(planes: Planes) -> Self {
        let (w, h) = (planes.width, planes.height);
        let moments: Vec<[f32; 4]> = planes.data.iter().map(|p| [p[0], p[0] * p[0], p[1], p[2]]).collect();
        let around = blur(&moments, w, h);
        let texture: Vec<f32> = around.iter().map(|m| libm::sqrtf((m[1] - m[0] * m[0]).max(0.0))).collect();
        let relief: Vec<[f32; 1]> = (0..w * h)
            .map(
                |i| [(48.0 * (planes.data[i][0] - around[i][0]) / (texture[i] + PLAIN)).clamp(-127.0, 127.0)],
            )
            .collect();
        let mut marks = Vec::with_capacity((w + 2 * REACH) * (h + 2 * REACH) * MARKS);
        for y in 0..h + 2 * REACH {
            for x in 0..w + 2 * REACH {
                let at = y.saturating_sub(REACH).min(h - 1) * w + x.saturating_sub(REACH).min(w - 1);
                let [luma, u, v] = planes.data[at];
                let byte = |value: f32| value.clamp(0.0, 255.0) as u8;
                let colour = |c: f32, around: f32| byte(96.0 + (c - around) * 1.5 + c * 0.25);
                marks.extend([
                    byte(128.0 + relief[at][0]),
                    byte(luma * 0.4),
                    colour(u, around[at][2]),
                    colour(v, around[at][3]),
                ]);
            }
        }
        Self { planes, relief, texture, marks }
    }
}

/// The picture and its halves, down to the one that can be searched for any motion.
fn pyramid(planes: Planes) -> Vec<Level> {
    let mut levels = vec![Level::new(planes)];
    while let Some(last) =
        levels.last().filter(|level| level.planes.width.max(level.planes.height) > COARSEST)
    {
        let next = Level::new(last.planes.halved());
        levels.push(next);
    }
    levels
}

/// Means of the seven by seven values around each.
fn blur<const N: usize>(data: &[[f32; N]], width: usize, height: usize) -> Vec<[f32; N]> {
    let line = |data: &[[f32; N]], base: usize, step: usize, at: usize, count: usize| -> [f32; N] {
        let mut sum = [0.0; N];
        for near in 0..7 {
            let value = data[base + (at + near).saturating_sub(3).min(count - 1) * step];
            for (sum, value) in sum.iter_mut().zip(value) {
                *sum += value / 7.0;
            }
        }
        sum
    };
    let across: Vec<_> =
        (0..data.len()).map(|i| line(data, i / width * width, 1, i % width, width)).collect();
    (0..data.len()).map(|i| line(&across, i % width, width, i / width, height)).collect()
}

/// The flow from one picture to another.
fn trace(from: &[Level], to: &[Level]) -> Vec<Vector> {
    let mut steps: Vec<[i32; 2]> = Vec::new();
    for (level, (a, b)) in from.iter().zip(to).enumerate().rev() {
        let (w, h) = (a.planes.width, a.planes.height);
        steps = if let Some(coarse) = from.get(level + 1) {
            (0..w * h).map(|i| hint(&steps, &coarse.planes, i % w / 2, i / w / 2)).collect()
        } else {
            (0..w * h).map(|i| anywhere(a, b, i % w, i / w)).collect()
        };
        for pass in 0..4 {
            settle(a, b, &mut steps, pass % 2 == 1);
        }
        steps = median(&steps, w, h);
    }
    let mut field: Vec<Vector> = steps.iter().map(|s| [s[0] as f32, s[1] as f32]).collect();
    for _ in 0..5 {
        field = smooth(&from[0].planes, &field);
        refine(&from[0], &to[0], &mut field);
    }
    smooth(&from[0].planes, &field)
}

/// Twice the flow of the coarser picture.
fn hint(coarse: &[[i32; 2]], planes: &Planes, x: usize, y: usize) -> [i32; 2] {
    coarse[y.min(planes.height - 1) * planes.width + x.min(planes.width - 1)].map(|step| step * 2)
}

/// The best match within a third of the picture.
fn anywhere(a: &Level, b: &Level, x: usize, y: usize) -> [i32; 2] {
    let (far_x, far_y) = (a.planes.width as i32 / 3, a.planes.height as i32 / 3);
    let all = (-far_y..=far_y).flat_map(|dy| (-far_x..=far_x).map(move |dx| [dx, dy]));
    let rank =
        |step: &[i32; 2]| cost(a, b, x, y, *step) + 8 * (step[0].unsigned_abs() + step[1].unsigned_abs());
    all.min_by_key(rank).unwrap_or_default()
}

/// How unlike the patches are that a step connects.
fn cost(a: &Level, b: &Level, x: usize, y: usize, [dx, dy]: [i32; 2]) -> u32 {
    let (to_x, to_y) = (x as i32 + dx, y as i32 + dy);
    if to_x < 0 || to_y < 0 || to_x >= a.planes.width as i32 || to_y >= a.planes.height as i32 {
        return OUTSIDE;
    }
    let stride = (a.planes.width + 2 * REACH) * MARKS;
    let (from, to) = (y * stride + x * MARKS, to_y as usize * stride + to_x as usize * MARKS);
    let mut sum = 0;
    for row in 0..2 * REACH {
        let (p, q) = (&a.marks[from + row * stride..][..ROW], &b.marks[to + row * stride..][..ROW]);
        sum += p.iter().zip(q).map(|(p, q)| u32::from(p.abs_diff(*q))).sum::<u32>();
    }
    sum
}

/// Every pixel takes the best of its own step, its neighbours' and small changes, forwards or backwards through the picture.
fn settle(a: &Level, b: &Level, steps: &mut [[i32; 2]], backwards: bool) {
    let (w, h) = (a.planes.width, a.planes.height);
    for count in 0..w * h {
        let at = if backwards { w * h - 1 - count } else { count };
        let (x, y) = (at % w, at / w);
        let around = [
            steps[if x > 0 { at - 1 } else { at }],
            steps[if x + 1 < w { at + 1 } else { at }],
            steps[if y > 0 { at - w } else { at }],
            steps[if y + 1 < h { at + w } else { at }],
        ];
        let own = steps[at];
        let rank = |step: [i32; 2]| {
            let bend = |n: &[i32; 2]| (n[0].abs_diff(step[0]) + n[1].abs_diff(step[1])).min(EDGE) * STIFF;
            around.iter().map(bend).sum::<u32>() + cost(a, b, x, y, step)
        };
        let mut best = (rank(own), own);
        let near = [[1, 0], [-1, 0], [0, 1], [0, -1]].map(|d| [own[0] + d[0], own[1] + d[1]]);
        for (index, step) in around.iter().chain(&near).enumerate() {
            if *step == own || around[..index.min(4)].contains(step) {
                continue;
            }
            let rank = rank(*step);
            if rank < best.0 {
                best = (rank, *step);
            }
        }
        steps[at] = best.1;
    }
}

/// The middle one of nine, x and y on their own.
fn median(steps: &[[i32; 2]], width: usize, height: usize) -> Vec<[i32; 2]> {
    let nine = |i: usize, axis: usize| {
        let mut nine: [i32; 9] = std::array::from_fn(|n| {
            let x = (i % width + n % 3).saturating_sub(1).min(width - 1);
            let y = (i / width + n / 3).saturating_sub(1).min(height - 1);
            steps[y * width + x][axis]
        });
        nine.sort_unstable();
        nine[4]
    };
    (0..steps.len()).map(|i| [nine(i, 0), nine(i, 1)]).collect()
}

/// Mixes every vector with those around it that lie on the same thing: of a like colour and going a like way.
fn smooth(planes: &Planes, field: &[Vector]) -> Vec<Vector> {
    let (w, h) = (planes.width, planes.height);
    let one = |i: usize| {
        let mut sum = [0.0; 3];
        for n in 0..25 {
            let x = (i % w + n % 5).saturating_sub(2).min(w - 1);
            let y = (i / w + n / 5).saturating_sub(2).min(h - 1);
            let (near, p, q) = (field[y * w + x], planes.data[y * w + x], planes.data[i]);
            let (dx, dy) = (near[0] - field[i][0], near[1] - field[i][1]);
            let colour: f32 = p.iter().zip(q).map(|(p, q)| (p - q) * (p - q)).sum();
            add(&mut sum, near, 1.0 / ((1.0 + (dx * dx + dy * dy)) * (1.0 + colour / 200.0)));
        }
        [sum[0] / sum[2], sum[1] / sum[2]]
    };
    (0..field.len()).map(one).collect()
}

/// One step of Lucas and Kanade's method; where nothing is to be seen, the field stays.
fn refine(a: &Level, b: &Level, field: &mut [Vector]) {
    let (w, h) = (a.planes.width, a.planes.height);
    let at = |x: usize, y: usize| a.relief[y * w + x][0];
    let product = |i: usize| {
        let (x, y) = (i % w, i / w);
        let gx = (at((x + 1).min(w - 1), y) - at(x.saturating_sub(1), y)) / 2.0;
        let gy = (at(x, (y + 1).min(h - 1)) - at(x, y.saturating_sub(1))) / 2.0;
        let to = [x as f32 + field[i][0], y as f32 + field[i][1]];
        let seen = inside(to, w as f32 - 1.0, h as f32 - 1.0);
        let [there] = sample(&b.relief, w, h, to);
        let change = (there - at(x, y)).clamp(-40.0, 40.0);
        [gx * gx, gx * gy, gy * gy, gx * change, gy * change].map(|value| value * seen)
    };
    let products: Vec<[f32; 5]> = (0..w * h).map(product).collect();
    for (vector, [xx, xy, yy, xt, yt]) in field.iter_mut().zip(blur(&products, w, h)) {
        let (xx, yy) = (xx + 8.0, yy + 8.0);
        let whole = xx * yy - xy * xy;
        vector[0] -= ((yy * xt - xy * yt) / whole).clamp(-0.7, 0.7);
        vector[1] -= ((xx * yt - xy * xt) / whole).clamp(-0.7, 0.7);
    }
}

/// How far each vector is believed: it comes back to its start, what it connects looks alike, and so it is around it.
fn believe(a: &Level, b: &Level, there: &[Vector], back: &[Vector]) -> Vec<f32> {
    let (w, h) = (a.planes.width, a.planes.height);
    let one = |(i, f): (usize, &Vector)| {
        let (x, y) = (i % w, i / w);
        let to = [x as f32 + f[0], y as f32 + f[1]];
        let home = sample(back, w, h, to);
        let (dx, dy) = (f[0] + home[0], f[1] + home[1]);
        let astray = libm::sqrtf(dx * dx + dy * dy) / ASTRAY;
        let step = f.map(|along| libm::roundf(along) as i32);
        let unlike = cost(a, b, x, y, step) as f32 / (4 * REACH * REACH * MARKS) as f32 / ALIKE;
        let fall = |much: f32| ((1.5 - much) * 2.0).clamp(0.0, 1.0);
        [inside(to, w as f32 - 1.0, h as f32 - 1.0) * fall(astray) * fall(unlike)]
    };
    let alone: Vec<[f32; 1]> = there.iter().enumerate().map(one).collect();
    let around = blur(&alone, w, h);
    alone.iter().zip(around).map(|([own], [all])| own * ((all - 0.25) * 3.0).clamp(0.0, 1.0)).collect()
}

/// How alike the colours are that believed vectors connect.
fn alike(a: &Level, b: &Planes, field: &[Vector], trust: &[f32]) -> f32 {
    let (mut sum, mut all) = (0.0, 1.0);
    for (i, (f, trust)) in field.iter().zip(trust).enumerate() {
        let to = [(i % b.width) as f32 + f[0], (i / b.width) as f32 + f[1]];
        let there = sample(&b.data, b.width, b.height, to);
        sum += trust * there.iter().zip(a.planes.data[i]).map(|(p, q)| libm::fabsf(p - q)).sum::<f32>();
        all += trust;
    }
    (1.6 - sum / all / 12.0).clamp(0.0, 1.0)
}

/// The share of a picture's texture that is believed to be in the other one.
fn found(level: &Level, trust: &[f32]) -> f32 {
    let textured = level.texture.iter().zip(trust).filter(|(texture, _)| **texture > PLAIN);
    let (all, sum) =
        textured.fold((0, 0), |(all, sum), (_, trust)| (all + 1, sum + u32::from(*trust >= 0.5)));
    sum as f32 / (all as f32).max(trust.len() as f32 / 50.0)
}

/// Lets vectors that are not believed follow the believed ones around them, however far these are.
fn fill(width: usize, field: &mut [Vector], trust: &[f32]) {
    let height = field.len() / width;
    let (wide, high) = (width.div_ceil(2), height.div_ceil(2));
    let mut sums = vec![[0.0; 3]; wide * high];
    for (i, (vector, trust)) in field.iter().zip(trust).enumerate() {
        add(&mut sums[i / width / 2 * wide + i % width / 2], *vector, trust + 1e-4);
    }
    let mut coarse: Vec<Vector> = sums.iter().map(|s| [s[0] / s[2], s[1] / s[2]]).collect();
    let believed: Vec<f32> = sums.iter().map(|s| (s[2] / 2.0).min(1.0)).collect();
    if wide > 1 || high > 1 {
        fill(wide, &mut coarse, &believed);
    }
    for (i, (vector, trust)) in field.iter_mut().zip(trust).enumerate() {
        let place = [(i % width) as f32 / 2.0 - 0.25, (i / width) as f32 / 2.0 - 0.25];
        let around = sample(&coarse, wide, high, place);
        *vector = std::array::from_fn(|axis| around[axis] + (vector[axis] - around[axis]) * trust.min(1.0));
    }
}
