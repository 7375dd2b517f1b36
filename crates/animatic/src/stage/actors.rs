//! The actors: each member of the cast placed on the set and drawn, every frame anew, on a small plate of its own.

use super::light::Light;
use super::set::Levels;
use crate::chance::{Chance, wave};
use crate::raster::{Pen, Placing, Plate, Point, Rgb, View, point, rows};
use crate::scene::{Action, Age, Camera, Prop, Role, Scene};
use crate::subjects::{Footing, Pose, Subject};
use filmgate_media::frame::Frame;

/// One figure of the cast.
#[derive(Debug)]
pub(crate) struct Actor {
    subject: &'static dyn Subject,
    action: Action,
    coat: Rgb,
    /// Height in pixels.
    size: f32,
    /// Place in the view when the shot begins, pixels; feet, or the middle of what flies.
    home: Point,
    /// Sideways travel against the camera over the shot, pixels.
    way: f32,
    /// Seconds it is ahead of the others, so that nobody moves in step by accident.
    ahead: f32,
    flipped: bool,
    footing: Footing,
    age: Age,
    prop: Option<Prop>,
    seat: bool,
    swell: f32,
}

/// Puts the cast on the set, those further away first.
pub(crate) fn place(scene: &Scene, view: View, unit: f32, levels: &Levels) -> Vec<Actor> {
    let mut actors = Vec::new();
    let mut chance = Chance::new(scene.seed, "cast");
    // Who acts shares the middle; what only stands there frames it from the sides.
    let count = |acts: bool| {
        let roles = scene.cast.iter().filter(|role| role.subject.acts() == acts);
        roles.map(|role| usize::from(role.count)).sum::<usize>()
    };
    let (acting, standing) = (count(true), count(false));
    let mut slots = [0, 0];
    for role in &scene.cast {
        let acts = role.subject.acts();
        for copy in 0..role.count {
            let slot = &mut slots[usize::from(acts)];
            let seat = Seat {
                slot: *slot,
                total: if acts { acting } else { standing },
                beside: !acts && acting > 0,
            };
            actors.push(actor(scene, role, copy, seat, (view, unit, levels), &mut chance));
            *slot += 1;
        }
    }
    alight(&mut actors, view);
    actors.sort_by(|a, b| {
        (a.subject.acts(), a.home.y).partial_cmp(&(b.subject.acts(), b.home.y)).expect("rows are finite")
    });
    actors
}

/// Sets those who rest on something that is seen too upon it; it becomes the middle of the picture.
fn alight(actors: &mut [Actor], view: View) {
    let mut guests = 0;
    for index in 0..actors.len() {
        let on = actors[index].subject.alights().filter(|_| actors[index].action == Action::Sit);
        let Some(under) = on.and_then(|on| actors.iter().position(|actor| actor.subject.name() == on)) else {
            continue;
        };
        let support = &mut actors[under];
        if guests == 0 {
            support.home.x = view.width as f32 * 0.5;
            support.size = (support.size * 1.55).min(view.height as f32 * 0.72);
        }
        // The first sits in the middle, the next to the left and the right of it.
        let aside = [0.0, -0.24, 0.24, -0.12, 0.12][guests % 5];
        let crown = support.subject.crown().plus(aside, libm::fabsf(aside) * 0.5);
        actors[index].home = support.home.plus(crown.x * support.size, crown.y * support.size);
        guests += 1;
    }
}

/// A figure's place among those of its sort.
#[derive(Debug, Clone, Copy)]
struct Seat {
    slot: usize,
    total: usize,
    /// To the side of somebody who acts.
    beside: bool,
}

fn actor(
    scene: &Scene,
    role: &Role,
    copy: u8,
    Seat { slot, total, beside }: Seat,
    (view, unit, levels): (View, f32, &Levels),
    chance: &mut Chance,
) -> Actor {
    let crowd = 1.0 / libm::powf(total as f32, if role.subject.acts() { 0.38 } else { 0.16 });
    let young = if role.age == Age::Young && role.subject.acts() { 0.86 } else { 1.0 };
    // An upright picture has height to spare for who is slender.
    let tall = (view.height as f32 / unit - 1.0).clamp(0.0, 0.8);
    // From afar or from above everybody is small.
    let framing = match scene.camera {
        Camera::Wide => 0.58,
        Camera::Aerial => 0.74,
        _ => 1.0,
    };
    // An umbrella needs room above.
    let framing = if role.prop == Some(Prop::Umbrella) { framing * 0.84 } else { framing };
    let mut size = role.subject.size() * unit * crowd * young * framing * (1.0 + 0.5 * tall);
    // Nobody is wider than its share of the picture.
    let room = view.width as f32 / total as f32;
    size = size.min(room * (1.12 - 0.16 * tall) / role.subject.reach());
    let footing = role.subject.footing(role.action);
    if footing == Footing::Ground {
        // Heads stay in the picture, however high the ground.
        size = size.min((levels.ground - view.height as f32 * 0.06) / 1.04);
    }
    // One figure stands in the middle, several share the width, scenery takes the left third and the right in turn.
    let share = match (beside, total) {
        (true, _) => [0.12, 0.88, 0.30, 0.70, 0.02][slot % 5],
        (_, 1) => 0.5,
        _ => (slot as f32 + 0.5) / total as f32,
    };
    let spread = view.width as f32 * 0.86;
    let x = view.width as f32 * 0.5 + (share - 0.5) * spread + chance.between(-0.02, 0.02) * unit;
    let depth = if total == 1 { 0.0 } else { chance.between(-0.07, 0.02) };
    let y = match footing {
        Footing::Ground | Footing::Afloat => levels.ground + depth * unit,
        Footing::Air => levels.air + (depth * 2.0 + 0.04) * unit,
    };
    if footing == Footing::Air && total > 2 {
        size *= chance.between(0.8, 1.15);
    }
    let default = role.subject.coat(scene.accent, copy);
    let coat = role.colour.map_or(default, crate::scene::Colour::rgb);
    Actor {
        subject: role.subject,
        action: role.action,
        coat,
        size,
        home: point(x, y),
        way: if role.action.pace() > 0.0 { 0.10 * unit } else { 0.0 },
        ahead: f32::from(copy) * 0.37 + slot as f32 * 0.11,
        flipped: faces_back(role, copy, slot, total),
        footing,
        age: role.age,
        prop: role.prop,
        seat: scene.setting.seats(),
        swell: if scene.weather.name() == "storm" { 1.0 } else { 0.0 },
    }
}

/// Whether a figure looks to the left: every second of a kind, and the second half of those who talk with each other.
fn faces_back(role: &Role, copy: u8, slot: usize, total: usize) -> bool {
    if role.action == Action::Talk && total > 1 {
        return slot * 2 >= total;
    }
    role.action.pace() == 0.0 && copy % 2 == 1
}

/// What the cast is photographed with.
pub(crate) struct Photograph<'a> {
    pub(crate) view: View,
    pub(crate) light: &'a Light,
    pub(crate) tint: &'a dyn Fn(Rgb) -> Rgb,
    pub(crate) mirror: f32,
    /// View pixels per scene pixel and the shift that goes with it.
    pub(crate) zoom: f32,
    pub(crate) shift: Point,
    pub(crate) pivot: Point,
    pub(crate) t: f32,
    /// The time poses are taken at, seconds: held for a few frames where figures are moved by hand.
    pub(crate) pose_t: f32,
    /// How much figures look moulded, `0.0..=1.0`.
    pub(crate) relief: f32,
    pub(crate) share: f32,
    /// How far the set has slid by since the shot began, pixels.
    pub(crate) slide: f32,
}

impl Actor {
    /// Body heights the set must slide by per second so that this actor seems to travel; pixels per second.
    pub(crate) fn speed(&self) -> f32 {
        self.action.pace() * self.size * self.subject.stride()
    }

    /// Where it is seen: who stays where it is while the set slides by goes with the set and comes back from the other
    /// side; scenery comes twice, so that a short shot does not leave it behind.
    fn passing(&self, shot: &Photograph) -> [Option<f32>; 2] {
        if self.action.pace() > 0.0 || shot.slide == 0.0 {
            return [Some(self.home.x), None];
        }
        let out = self.size * (self.subject.reach() + 0.3);
        let span = shot.view.width as f32 + 2.0 * out;
        let at = |shift: f32| (self.home.x - shot.slide + out + shift * span).rem_euclid(span) - out;
        [Some(at(0.0)), (!self.subject.acts()).then(|| at(0.5))]
    }

    /// How far above its place who rises is: off slowly, then faster. Pixels, down is positive.
    fn rise(&self, share: f32) -> f32 {
        if self.action != Action::Rise {
            return 0.0;
        }
        let span = self.size * (0.4 + 1.1 * self.subject.stride().min(1.0));
        span * (0.32 - share * (0.4 + 0.6 * share))
    }

    /// Draws the actor, its shadow and its mirror image into the frame.
    pub(crate) fn draw(&self, shot: &Photograph, plate: &mut Plate, frame: &mut Frame) {
        for x in self.passing(shot).into_iter().flatten() {
            self.draw_at(x, shot, plate, frame);
        }
    }

    fn draw_at(&self, x: f32, shot: &Photograph, plate: &mut Plate, frame: &mut Frame) {
        let pose = Pose {
            action: self.action,
            t: shot.pose_t + self.ahead,
            coat: self.coat,
            night: shot.light.lamps > 0.5,
            age: self.age,
            prop: self.prop,
            seat: self.seat,
            swell: self.swell,
        };
        let drift = self.way * (shot.share - 0.5);
        let bob = if self.footing == Footing::Ground || self.action == Action::Sit {
            0.0
        } else {
            0.03 * self.size * wave(pose.t * 0.32)
        };
        let place = |p: Point| {
            point(
                (p.x - shot.pivot.x - shot.shift.x) * shot.zoom + shot.pivot.x,
                (p.y - shot.pivot.y - shot.shift.y) * shot.zoom + shot.pivot.y,
            )
        };
        let feet = place(point(x, self.home.y).plus(drift, bob + self.rise(shot.share)));
        let size = self.size * shot.zoom;
        let reach = self.subject.reach();
        // The plate covers the figure's reach to every side; figures that stand need little below their feet.
        let below = if self.footing == Footing::Air { reach } else { 0.16 };
        let above = if self.footing == Footing::Air { reach } else { self.subject.headroom() };
        let left = libm::floorf(feet.x - reach * size) as i32 & !1;
        let top = libm::floorf(feet.y - above * size) as i32 & !1;
        fit(plate, (2.0 * reach * size) as usize + 4, ((above + below) * size) as usize + 4);
        let lit = |colour: Rgb| (shot.tint)(shot.light.on_actor(colour));
        let mut pen = Pen::new(plate, &lit);
        let origin = point(feet.x - left as f32, feet.y - top as f32);
        pen.placing = Placing { origin, scale: size, turn: 0.0, flipped: self.flipped };
        if self.footing == Footing::Ground {
            let lift = self.subject.lift(&pose);
            pen.glow(
                point(0.0, -0.005),
                self.subject.girth() * (1.0 - 0.3 * lift),
                0.055,
                Rgb::BLACK,
                0.55 - 0.2 * lift,
            );
        }
        self.subject.draw(&pose, &mut pen);
        drop(pen);
        shade(plate, shot.light, shot.relief);
        let corner = (left, top);
        if shot.mirror > 0.0 && self.footing != Footing::Air {
            mirror(plate, frame, shot, corner, feet.y, shot.mirror);
        }
        lay(plate, frame, shot.view, corner);
    }
}

/// Makes the plate this size and empty.
fn fit(plate: &mut Plate, width: usize, height: usize) {
    let (width, height) = (width.next_multiple_of(2), height.next_multiple_of(2));
    if plate.width == width && plate.height == height {
        plate.clear();
    } else {
        *plate = Plate::new(width, height, 0, false);
    }
}

/// Volume: a rim of light at the upper left, shade towards the lower right.
fn shade(plate: &mut Plate, light: &Light, relief: f32) {
    if relief > 0.0 {
        mould(plate, relief);
    }
    let (stride, step) = (plate.stride(), (plate.height / 90).max(2));
    let rim = (light.key.luma() * 70.0) as u16;
    let (width, height) = (plate.width, plate.height);
    for row in step..height {
        let base = row * stride;
        let (before, here) = plate.a.split_at(base);
        let above = &before[base - step * stride..base - step * stride + width];
        let here = &here[..width];
        let line = &mut plate.y[base..base + width];
        for (x, y) in line.iter_mut().enumerate().skip(step) {
            let a = u16::from(here[x]);
            let edge = a.saturating_sub(u16::from(above[x - step]));
            *y = (u16::from(*y) + ((edge * rim) >> 8)).min(a.min(235)) as u8;
        }
    }
}

/// Rounds a figure off: darker towards its lower right edges, as clay is under a lamp.
fn mould(plate: &mut Plate, relief: f32) {
    let (stride, width, height) = (plate.stride(), plate.width, plate.height);
    for step in [height / 60, height / 36, height / 24, height / 17, height / 13].map(|step| step.max(2)) {
        let dark = (relief * 17.0) as u16;
        for row in 0..height.saturating_sub(step) {
            let (here, below) = (row * stride, (row + step) * stride);
            for x in 0..width.saturating_sub(step) {
                let a = u16::from(plate.a[here + x]);
                let edge = a.saturating_sub(u16::from(plate.a[below + x + step]));
                let y = u16::from(plate.y[here + x]);
                plate.y[here + x] = y.saturating_sub((edge * dark) >> 8).max(a * 16 / 255) as u8;
            }
        }
    }
}

/// Lays the plate over the view, cut to it.
fn lay(plate: &Plate, frame: &mut Frame, view: View, (left, top): (i32, i32)) {
    let Some(cut) = Cut::new(plate.width, plate.height, left, top, view) else { return };
    let width = frame.width as usize;
    for row in cut.rows.clone() {
        let to = (view.top as i32 + top + row as i32) as usize * width + cut.to;
        let from = row * plate.stride() + cut.from;
        rows::over(
            &mut frame.y[to..to + cut.count],
            &plate.y[from..from + cut.count],
            &plate.a[from..from + cut.count],
        );
    }
    for row in cut.rows.start / 2..cut.rows.end / 2 {
        let to = (i32::midpoint(view.top as i32, top) + row as i32) as usize * (width / 2) + cut.to / 2;
        let from = row * plate.half_stride() + cut.from / 2;
        let (to, from) = (to..to + cut.count / 2, from..from + cut.count / 2);
        rows::over(&mut frame.u[to.clone()], &plate.u[from.clone()], &plate.half_a[from.clone()]);
        rows::over(&mut frame.v[to], &plate.v[from.clone()], &plate.half_a[from]);
    }
}

/// Lays the plate upside down below the feet, faint and wavering, as wet ground shows it.
fn mirror(
    plate: &Plate,
    frame: &mut Frame,
    shot: &Photograph,
    (left, top): (i32, i32),
    feet: f32,
    strength: f32,
) {
    let view = shot.view;
    let width = frame.width as usize;
    let axis = feet as i32;
    let mut faint = (Vec::new(), Vec::new());
    let depth = plate.height as i32;
    for below in 0..depth {
        let (row, source) = (axis + below, axis - below - top);
        if row < 0 || row >= view.height as i32 || source < 0 || source >= depth {
            continue;
        }
        let fade = strength * (1.0 - below as f32 / depth as f32);
        let part = (fade * 256.0) as u16;
        let sway = (2.5 * wave(below as f32 * 0.045 + shot.t * 0.9)) as i32 & !1;
        let Some(cut) = Cut::new(plate.width, plate.height, left + sway, 0, view) else { continue };
        let mut blend = |dst: &mut [u8], src: &[u8], alpha: &[u8]| {
            let fainter = |out: &mut Vec<u8>, of: &[u8]| {
                out.clear();
                out.extend(of.iter().map(|s| ((u16::from(*s) * part) >> 8) as u8));
            };
            fainter(&mut faint.0, src);
            fainter(&mut faint.1, alpha);
            rows::over(dst, &faint.0, &faint.1);
        };
        let from = source as usize * plate.stride() + cut.from;
        let to = (view.top + row as usize) * width + cut.to;
        blend(
            &mut frame.y[to..to + cut.count],
            &plate.y[from..from + cut.count],
            &plate.a[from..from + cut.count],
        );
        if row % 2 == 0 {
            let from = (source as usize / 2).min(plate.height / 2 - 1) * plate.half_stride() + cut.from / 2;
            let to = usize::midpoint(view.top, row as usize) * (width / 2) + cut.to / 2;
            let (from, to) = (from..from + cut.count / 2, to..to + cut.count / 2);
            blend(&mut frame.u[to.clone()], &plate.u[from.clone()], &plate.half_a[from.clone()]);
            blend(&mut frame.v[to], &plate.v[from.clone()], &plate.half_a[from]);
        }
    }
}

/// The part of a plate that falls into the view.
struct Cut {
    from: usize,
    to: usize,
    count: usize,
    rows: std::ops::Range<usize>,
}

impl Cut {
    fn new(width: usize, height: usize, left: i32, top: i32, view: View) -> Option<Self> {
        let from = (-left).max(0);
        let right = (left + width as i32).min(view.width as i32);
        let first = (-top).max(0);
        let last = (height as i32).min(view.height as i32 - top);
        let to = left.max(0);
        (right > to && last > first).then(|| Self {
            from: from as usize,
            to: to as usize,
            count: (right - to) as usize & !1,
            rows: first as usize..last as usize & !1,
        })
    }
}
