//! Pixels: planar paint, plates to hold it, row operations to move it.
//!
//! Blending commutes with the affine map from RGB to YUV, so everything is painted straight into limited-range BT.709
//! planes: one and a half samples a pixel and no conversion afterwards. Whatever runs once a frame works in integers,
//! which gives the same bytes on every machine and lets the compiler use vectors. Knows nothing of cats or rain.

mod colour;
mod path;
mod pen;
mod plate;
pub(crate) mod rows;
mod soften;

pub(crate) use colour::{Ink, Rgb};
pub(crate) use path::{Outline, Point, point};
pub(crate) use pen::{Pen, Placing};
pub(crate) use plate::{Bench, Lens, Plate, View, copy_plane};
pub(crate) use soften::soften;
