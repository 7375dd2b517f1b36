//! The camera: where it is at an instant.

use crate::chance::{ease, wave};
use crate::scene::Camera;

/// A camera position. Lengths are in units of the picture's measure, at the depth of the actors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Gaze {
    pub(crate) x: f32,
    pub(crate) y: f32,
    /// Magnification at the depth of the actors, at least 1.
    pub(crate) zoom: f32,
    /// Sideways shift of what lies behind the actors only, as if the camera went round them.
    pub(crate) swing: f32,
}

/// Where the camera is after `share` (`0.0..=1.0`) of a shot, `t` seconds into it.
pub(crate) fn gaze(camera: Camera, share: f32, t: f32) -> Gaze {
    let rest = Gaze { x: 0.0, y: 0.0, zoom: 1.0, swing: 0.0 };
    let smooth = ease(share) * 0.5 + share * 0.5;
    match camera {
        Camera::Still => rest,
        Camera::Drift => Gaze { x: (smooth - 0.5) * 0.10, ..rest },
        Camera::CloseUp => Gaze { zoom: 1.55 + 0.15 * smooth, y: -0.04, ..rest },
        Camera::Wide => Gaze { x: (smooth - 0.5) * 0.14, ..rest },
        Camera::Track => {
            // The lens gets ahead a little, and rides on somebody's shoulder.
            Gaze { x: (smooth - 0.5) * 0.24, y: 0.005 * wave(t * 1.7) - 0.02, zoom: 1.1, ..rest }
        }
        Camera::PushIn => Gaze { zoom: 1.0 + 0.38 * smooth, y: -0.02 * smooth, ..rest },
        Camera::PullOut => Gaze { zoom: 1.45 - 0.45 * smooth, y: -0.05 * (1.0 - smooth), ..rest },
        Camera::PanLeft => Gaze { x: (0.5 - smooth) * 0.55, ..rest },
        Camera::PanRight => Gaze { x: (smooth - 0.5) * 0.55, ..rest },
        Camera::TiltUp => Gaze { y: 0.10 - 0.20 * smooth, ..rest },
        Camera::TiltDown => Gaze { y: -0.10 + 0.20 * smooth, ..rest },
        Camera::Orbit => Gaze { swing: (smooth - 0.5) * 1.9, zoom: 1.03, ..rest },
        Camera::Handheld => Gaze {
            x: 0.026 * wave(t * 0.31) + 0.012 * wave(t * 0.83 + 0.2) + 0.003 * wave(t * 2.1),
            y: 0.020 * wave(t * 0.27 + 0.4) + 0.010 * wave(t * 0.97) + 0.003 * wave(t * 2.7),
            zoom: 1.05,
            ..rest
        },
        // Looking down from the air: much ground, little sky, and descending.
        Camera::Aerial => {
            Gaze { x: (smooth - 0.5) * 0.3, y: 0.11 - 0.05 * smooth, zoom: 1.0 + 0.14 * smooth, ..rest }
        }
    }
}
