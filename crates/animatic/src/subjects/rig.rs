//! Rigs: how bodies move. Joints in, joints out; what they look like is up to the subject.
//!
//! Cycles are closed forms of time: weight comes from where the feet stand while the body passes over them.

use crate::chance::{TURN, ease, lerp, wave};
use crate::raster::{Point, point};
use crate::scene::Action;

/// A two-legged body's measures, in heights of the whole figure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Build {
    pub(super) hip: f32,
    pub(super) shoulder: f32,
    pub(super) head: f32,
    pub(super) hip_width: f32,
    pub(super) shoulder_width: f32,
    pub(super) arm: f32,
}

/// A two-legged body at an instant. Index 0 is the figure's side towards negative x.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stance {
    pub(super) hip: Point,
    pub(super) chest: Point,
    pub(super) head: Point,
    /// Radians.
    pub(super) tilt: f32,
    pub(super) hips: [Point; 2],
    pub(super) knees: [Point; 2],
    pub(super) feet: [Point; 2],
    pub(super) shoulders: [Point; 2],
    pub(super) elbows: [Point; 2],
    pub(super) hands: [Point; 2],
    /// Seen from the side rather than from the front.
    pub(super) profile: bool,
}

/// Beats per second of every dance.
pub(super) const TEMPO: f32 = 2.0;

/// The joint between two bones of equal length, bent towards `side` (±1).
pub(super) fn joint(a: Point, b: Point, bone: f32, side: f32) -> Point {
    let span = a.distance(b).max(1e-4);
    let out = libm::sqrtf((bone * bone - span * span / 4.0).max(0.0)) * side;
    let middle = a.to(b, 0.5);
    middle.plus(-(b.y - a.y) / span * out, (b.x - a.x) / span * out)
}

/// How a foot moves through one step: on the ground while the body passes, then lifted forward. `phase` in turns.
pub(super) fn step(phase: f32, reach: f32, lift: f32, stands: f32) -> Point {
    let phase = phase - libm::floorf(phase);
    if phase < stands {
        return point(reach * (1.0 - 2.0 * phase / stands), 0.0);
    }
    let through = (phase - stands) / (1.0 - stands);
    point(lerp(-reach, reach, ease(through)), -lift * libm::sinf(through * TURN / 2.0))
}

/// The stance of a two-legged body.
pub(super) fn stance(build: &Build, action: Action, t: f32) -> Stance {
    match action {
        Action::Dance | Action::Play => dance(build, t),
        Action::Walk => stride(build, t, 0.95, action.pace(), 0.05, 0.58),
        Action::Run => stride(build, t, 1.45, action.pace(), 0.13, 0.36),
        Action::Jump => jump(build, t),
        Action::Fly | Action::Swim => float(build, t),
        Action::Sit => sit(build, t),
        Action::Idle | Action::Rise => idle(build, t),
        Action::Talk => talk(build, t),
    }
}

fn assemble(
    build: &Build,
    hip: Point,
    chest: Point,
    feet: [Point; 2],
    hands: [Point; 2],
    tilt: f32,
    profile: bool,
) -> Stance {
    let wide = if profile { 0.25 } else { 1.0 };
    let beside =
        |middle: Point, width: f32| [middle.plus(-width * wide, 0.0), middle.plus(width * wide, 0.0)];
    let (hips, shoulders) = (beside(hip, build.hip_width), beside(chest, build.shoulder_width));
    let leg = build.hip * 0.51;
    let arm = build.arm * 0.5;
    let sides = if profile { [-1.0, -1.0] } else { [1.0, -1.0] };
    let elbow = if profile { [1.0, 1.0] } else { [0, 1].map(|i| outward(chest, hands[i], i)) };
    let pull = |from: Point, to: Point, most: f32| {
        let span = from.distance(to);
        if span > most { from.to(to, most / span) } else { to }
    };
    let feet = [0, 1].map(|i| pull(hips[i], feet[i], leg * 1.99));
    let hands = [0, 1].map(|i| pull(shoulders[i], hands[i], arm * 1.97));
    let up = (build.head - build.shoulder) * 1.0;
    let head = chest.plus(up * libm::sinf(tilt) * 0.8 + (chest.x - hip.x) * 0.3, -up);
    Stance {
        hip,
        chest,
        head,
        tilt,
        hips,
        knees: [0, 1].map(|i| joint(hips[i], feet[i], leg, sides[i])),
        feet,
        shoulders,
        elbows: [0, 1].map(|i| joint(shoulders[i], hands[i], arm, elbow[i])),
        hands,
        profile,
    }
}

/// Elbows point down and out: which way that bends depends on whether the hand is raised.
pub(super) fn outward(chest: Point, hand: Point, i: usize) -> f32 {
    let side = if i == 0 { 1.0 } else { -1.0 };
    // Changes smoothly through a straight arm.
    side * ((hand.y - chest.y) * -8.0).clamp(-1.0, 1.0)
}

/// Steps from side to side on the beat; arms alternate for a phrase and then go up together.
fn dance(build: &Build, t: f32) -> Stance {
    let beat = t * TEMPO;
    let sway = wave(beat * 0.5);
    let bounce = libm::fabsf(libm::cosf(beat * TURN / 4.0 * 2.0));
    let phrase = beat / 8.0 - libm::floorf(beat / 8.0);
    // Changes of figure take half a beat, so that nothing snaps.
    let together = ease((phrase - 0.44) / 0.1) * (1.0 - ease((phrase - 0.9) / 0.1));
    let hip = point(0.075 * sway, -build.hip * (0.93 + 0.07 * bounce));
    let chest = point(-0.035 * sway, -build.shoulder + build.hip * 0.07 * (1.0 - bounce));
    let kick = |side: f32| {
        let lift = (side * wave(beat * 0.5 + 0.02)).max(0.0);
        point(side * (build.hip_width * 1.25 + 0.05 * lift), -0.42 * build.hip * lift * lift)
    };
    let (arm, width) = (build.arm, build.shoulder_width);
    let hand = |side: f32| {
        let own = 0.5 + 0.5 * side * wave(beat * 0.5 + 0.12);
        // From hanging out and down to raised, along an arc.
        let turn = lerp(0.12, 0.43, lerp(own, 0.88 + 0.12 * side * sway, together));
        let wiggle = 0.06 * wave(beat + 0.1);
        let at = point(side * width, 0.0).plus(
            side * arm * 0.92 * wave(turn + wiggle * 0.3) + together * 0.07 * sway,
            arm * 0.92 * wave(turn + 0.25 + wiggle * 0.3),
        );
        chest.plus(at.x, at.y)
    };
    assemble(
        build,
        hip,
        chest,
        [kick(-1.0), kick(1.0)],
        [hand(-1.0), hand(1.0)],
        0.22 * wave(beat * 0.5 + 0.1),
        false,
    )
}

fn stride(build: &Build, t: f32, steps: f32, pace: f32, lift: f32, stands: f32) -> Stance {
    let reach = pace * stands / steps / 2.0;
    let phase = t * steps;
    let lean = 0.04 + 0.05 * pace;
    let bounce = 0.018 * (1.0 + lift * 8.0) * wave(phase * 2.0 + 0.1);
    let hip = point(0.0, -build.hip * 0.965 + bounce);
    let chest = point(lean, -build.shoulder + bounce);
    let foot = |shift: f32| step(phase + shift, reach.min(build.hip * 0.62), lift, stands);
    let swing = |shift: f32| {
        let way = wave(phase + shift);
        let bent = if pace > 1.0 { 0.75 } else { 0.95 };
        let angle = 0.25 + 0.12 * way * (1.0 + pace * 0.4);
        chest.plus(build.arm * bent * -wave(angle + 0.25), build.arm * bent * wave(angle))
    };
    assemble(build, hip, chest, [foot(0.5), foot(0.0)], [swing(0.0), swing(0.5)], 0.03 * wave(phase), true)
}

fn jump(build: &Build, t: f32) -> Stance {
    let cycle = t * 0.85 - libm::floorf(t * 0.85);
    let air = hop(cycle);
    let crouch =
        1.0 - ease(libm::fabsf(cycle - 0.12) / 0.14) + 0.7 * (1.0 - ease(libm::fabsf(cycle - 0.86) / 0.12));
    let hip = point(0.0, -build.hip * (1.0 - 0.3 * crouch) - 0.3 * air);
    let chest = point(0.02 * crouch, hip.y - (build.shoulder - build.hip));
    let foot = |side: f32| point(side * build.hip_width * (1.2 + 0.6 * air), -0.3 * air - 0.05 * air);
    let hand = |side: f32| chest.plus(side * (0.1 + build.arm * 0.6), build.arm * (0.75 - 1.6 * air));
    assemble(build, hip, chest, [foot(-1.0), foot(1.0)], [hand(-1.0), hand(1.0)], 0.05 * wave(cycle), false)
}

/// How high a jump is at this point of its cycle, `0.0..=1.0`.
pub(super) fn hop(cycle: f32) -> f32 {
    let through = ((cycle - 0.24) / 0.54).clamp(0.0, 1.0);
    4.0 * through * (1.0 - through)
}

fn float(build: &Build, t: f32) -> Stance {
    let hip = point(0.02 * wave(t * 0.2), -build.hip + 0.02 * wave(t * 0.3));
    let chest = point(0.03 * wave(t * 0.17 + 0.2), hip.y - (build.shoulder - build.hip));
    let foot = |side: f32| {
        point(side * 0.12 + 0.03 * wave(t * 0.23 + side * 0.2), -0.08 + 0.04 * wave(t * 0.31 + side * 0.25))
    };
    let hand =
        |side: f32| chest.plus(side * (0.1 + build.arm * 0.66), 0.10 + 0.09 * wave(t * 0.27 + side * 0.2));
    assemble(
        build,
        hip,
        chest,
        [foot(-1.0), foot(1.0)],
        [hand(-1.0), hand(1.0)],
        0.06 * wave(t * 0.21),
        false,
    )
}

fn sit(build: &Build, t: f32) -> Stance {
    let breath = 0.006 * wave(t * 0.3);
    let drop = build.hip * 0.62;
    let hip = point(0.0, -build.hip + drop);
    let chest = point(0.0, -build.shoulder + drop + breath);
    let feet = [point(-0.17, 0.0), point(0.17, 0.0)];
    let hands = [point(-0.12, hip.y - 0.02), point(0.12, hip.y - 0.02)];
    assemble(build, hip, chest, feet, hands, 0.07 * wave(t * 0.13), false)
}

fn idle(build: &Build, t: f32) -> Stance {
    let breath = 0.006 * wave(t * 0.3);
    let weight = 0.012 * wave(t * 0.11);
    let hip = point(weight, -build.hip * 1.008);
    let chest = point(-weight * 0.4, -build.shoulder + breath);
    let feet = [point(-build.hip_width * 1.15, 0.0), point(build.hip_width * 1.15, 0.0)];
    let hand = |side: f32| chest.plus(side * (build.shoulder_width + 0.035), build.arm * 0.93 + breath);
    assemble(build, hip, chest, feet, [hand(-1.0), hand(1.0)], 0.08 * wave(t * 0.12 + 0.1), false)
}

/// Turned to somebody; the hands underline what is said, phrase by phrase.
fn talk(build: &Build, t: f32) -> Stance {
    let phrase = 0.5 + 0.5 * wave(t * 0.23);
    let weight = 0.014 * wave(t * 0.17);
    let hip = point(weight, -build.hip * 0.985);
    let chest = point(0.015 + weight, -build.shoulder + 0.005 * wave(t * 0.6));
    let feet = [point(-0.05, 0.0), point(0.045, 0.0)];
    let say = |shift: f32| {
        let up = phrase * (0.5 + 0.5 * wave(t * 0.9 + shift));
        chest.plus(0.05 + 0.16 * up, build.arm * (0.88 - 0.42 * up) + 0.01 * wave(t * 2.1 + shift))
    };
    let nod = 0.05 * wave(t * 0.45) + 0.03 * wave(t * 1.3);
    assemble(build, hip, chest, feet, [say(0.4), say(0.0)], nod, true)
}

/// On a chair, seen from the side: thighs level, shins down, hands in the lap.
pub(super) fn sit_on(build: &Build, seat: f32, t: f32) -> Stance {
    let breath = 0.006 * wave(t * 0.3);
    let hip = point(0.0, -seat - 0.05);
    let chest = point(0.005, hip.y - (build.shoulder - build.hip) + breath);
    let feet = [point(0.24, 0.0), point(0.27, 0.0)];
    let hands = [point(0.16, hip.y - 0.07), point(0.18, hip.y - 0.08)];
    let mut s = assemble(build, hip, chest, feet, hands, 0.05 + 0.05 * wave(t * 0.13), true);
    let leg = build.hip * 0.51;
    s.knees = [0, 1].map(|i| joint(s.hips[i], s.feet[i], leg, -1.0));
    s
}

/// A four-legged body's measures, in heights of the whole figure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Half the distance from hip to shoulder.
    pub(super) half: f32,
    /// Height of hip and shoulder.
    pub(super) leg: f32,
    pub(super) pace: f32,
}

/// A four-legged body at an instant, seen from its right. Legs: front near, front far, hind near, hind far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gait {
    pub(super) shoulder: Point,
    pub(super) hip: Point,
    pub(super) feet: [Point; 4],
    /// Where the head looks, radians from level, up is negative.
    pub(super) nod: f32,
    /// Swing of the tail, `-1.0..=1.0`.
    pub(super) tail: f32,
    /// Off the ground, `0.0..=1.0`.
    pub(super) lift: f32,
}

/// The gait of a four-legged body.
pub(super) fn gait(frame: &Frame, action: Action, t: f32) -> Gait {
    match action {
        Action::Walk | Action::Swim | Action::Fly => {
            trot(frame, t, 1.25, Action::Walk.pace(), 0.07, 0.6, [0.0, 0.5, 0.25, 0.75])
        }
        Action::Run => trot(frame, t, 2.1, action.pace(), 0.14, 0.34, [0.0, 0.12, 0.55, 0.67]),
        Action::Play => pounce(frame, t),
        Action::Jump => leap(frame, t),
        _ => stand(frame, t),
    }
}

fn trot(frame: &Frame, t: f32, steps: f32, pace: f32, lift: f32, stands: f32, order: [f32; 4]) -> Gait {
    let phase = t * steps;
    let reach = (pace * frame.pace * stands / steps / 2.0).min(frame.leg * 0.6);
    let fast = pace > 1.0;
    let rock = if fast { 0.055 } else { 0.012 };
    let shoulder = point(frame.half, -frame.leg - rock * wave(phase * if fast { 1.0 } else { 2.0 }));
    let hip = point(-frame.half, -frame.leg - rock * wave(phase * if fast { 1.0 } else { 2.0 } + 0.45));
    let feet = [0, 1, 2, 3].map(|leg| {
        let root = if leg < 2 { shoulder.x } else { hip.x };
        step(phase + order[leg], reach, lift, stands).plus(root, 0.0)
    });
    Gait { shoulder, hip, feet, nod: 0.05 * wave(phase * 2.0), tail: wave(phase * 0.5), lift: 0.0 }
}

fn stand(frame: &Frame, t: f32) -> Gait {
    let breath = 0.005 * wave(t * 0.3);
    let (shoulder, hip) = (point(frame.half, -frame.leg + breath), point(-frame.half, -frame.leg - breath));
    let feet = [0.03, -0.06, 0.0, -0.08];
    let feet =
        [0, 1, 2, 3].map(|leg: usize| point(if leg < 2 { shoulder.x } else { hip.x } + feet[leg], 0.0));
    Gait { shoulder, hip, feet, nod: 0.08 * wave(t * 0.17), tail: wave(t * 0.35), lift: 0.0 }
}

/// Crouch and wriggle, pounce, rear up and strike at the toy, come down: four seconds.
fn pounce(frame: &Frame, t: f32) -> Gait {
    let cycle = t / 4.0 - libm::floorf(t / 4.0);
    let through = |from: f32, to: f32| ease((cycle - from) / (to - from));
    let crouch = through(0.0, 0.06) * (1.0 - through(0.26, 0.30));
    let flight = {
        let s = ((cycle - 0.28) / 0.16).clamp(0.0, 1.0);
        4.0 * s * (1.0 - s)
    };
    let rear = through(0.42, 0.52) * (1.0 - through(0.88, 0.96));
    let wriggle = crouch * wave(t * 3.2) * 0.02;
    let leap = through(0.28, 0.44) * (1.0 - through(0.94, 1.0)) * 0.3;
    let hip = point(
        -frame.half + wriggle + leap - 0.06 + rear * 0.16,
        -frame.leg * (1.0 - 0.12 * crouch - 0.18 * rear) - 0.16 * flight,
    );
    // The back turns about the hip: down in front to crouch, up to rear.
    let pitch = 0.30 * crouch - 0.35 * flight - 0.95 * rear;
    let along = point(frame.half * 2.0, 0.0).turned(pitch);
    let shoulder = hip.plus(along.x, along.y);
    let strike = |shift: f32| {
        let hit = wave(t * 1.5 + shift);
        shoulder.plus(0.2 + 0.07 * hit, -0.10 - 0.15 * hit)
    };
    let front = |shift: f32| {
        let ground = point(shoulder.x + 0.08 + shift * 0.08 + 0.10 * flight, -0.30 * flight);
        ground.to(strike(shift), rear)
    };
    let hind = |shift: f32| point(hip.x - 0.02 - shift * 0.1 - 0.16 * flight + rear * 0.03, -0.2 * flight);
    Gait {
        shoulder,
        hip,
        feet: [front(0.0), front(0.5), hind(0.0), hind(0.5)],
        nod: -0.12 - 0.25 * rear + 0.1 * crouch,
        tail: wave(t * (0.8 + 0.8 * crouch)),
        lift: flight,
    }
}

fn leap(frame: &Frame, t: f32) -> Gait {
    let cycle = t * 0.9 - libm::floorf(t * 0.9);
    let air = hop(cycle);
    let pitch = 0.28 * wave(cycle * 0.9 + 0.28) * air;
    let along = point(frame.half, 0.0).turned(pitch);
    let up = -frame.leg * (0.82 + 0.18 * ease(air * 4.0)) - 0.32 * air;
    let (shoulder, hip) = (point(along.x, up + along.y), point(-along.x, up - along.y));
    let foot =
        |root: Point, out: f32| point(root.x + out * air, (root.y + frame.leg * (1.0 - 0.25 * air)).min(0.0));
    let feet = [foot(shoulder, 0.16), foot(shoulder, 0.1), foot(hip, -0.18), foot(hip, -0.12)];
    Gait { shoulder, hip, feet, nod: pitch * 0.6, tail: wave(cycle), lift: air }
}
