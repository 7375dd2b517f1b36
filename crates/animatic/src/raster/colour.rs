//! Colour: mixed as RGB while a scene is planned, kept as YUV once it is paint.

use crate::chance::lerp;

/// A display-referred colour, each channel `0.0..=1.0`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rgb {
    pub(crate) r: f32,
    pub(crate) g: f32,
    pub(crate) b: f32,
}

impl Rgb {
    pub(crate) const WHITE: Self = Self::hex(0x00ff_ffff);
    pub(crate) const BLACK: Self = Self::hex(0);

    /// `0xRRGGBB`.
    pub(crate) const fn hex(code: u32) -> Self {
        Self {
            r: ((code >> 16) & 255) as f32 / 255.0,
            g: ((code >> 8) & 255) as f32 / 255.0,
            b: (code & 255) as f32 / 255.0,
        }
    }

    /// Hue in turns, saturation and lightness `0.0..=1.0`.
    pub(crate) fn hsl(hue: f32, saturation: f32, lightness: f32) -> Self {
        let channel = |shift: f32| {
            let k = (hue - libm::floorf(hue)) * 12.0 + shift;
            let k = k - 12.0 * libm::floorf(k / 12.0);
            lightness - saturation * lightness.min(1.0 - lightness) * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0)
        };
        Self { r: channel(0.0), g: channel(8.0), b: channel(4.0) }
    }

    /// This colour, `t` of the way to another.
    pub(crate) fn to(self, other: Self, t: f32) -> Self {
        Self { r: lerp(self.r, other.r, t), g: lerp(self.g, other.g, t), b: lerp(self.b, other.b, t) }
    }

    /// Brighter (above one) or darker.
    pub(crate) fn times(self, factor: f32) -> Self {
        Self { r: self.r * factor, g: self.g * factor, b: self.b * factor }
    }

    /// Seen under a light of this colour.
    pub(crate) fn under(self, light: Self) -> Self {
        Self { r: self.r * light.r, g: self.g * light.g, b: self.b * light.b }
    }

    /// How bright it looks.
    pub(crate) fn luma(self) -> f32 {
        0.2126 * self.r + 0.7152 * self.g + 0.0722 * self.b
    }

    /// The paint that shows this colour.
    pub(crate) fn ink(self) -> Ink {
        let (r, g, b) = (self.r.clamp(0.0, 1.0), self.g.clamp(0.0, 1.0), self.b.clamp(0.0, 1.0));
        let luma = Self { r, g, b }.luma();
        Ink {
            y: 16.0 + 219.0 * luma,
            u: 128.0 + 224.0 * (b - luma) / 1.8556,
            v: 128.0 + 224.0 * (r - luma) / 1.5748,
        }
    }
}

/// Limited-range BT.709 paint, kept fractional so that gradients can be dithered when they are laid down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ink {
    pub(crate) y: f32,
    pub(crate) u: f32,
    pub(crate) v: f32,
}

impl Ink {
    /// Rounded to samples.
    pub(crate) fn samples(self) -> [u8; 3] {
        [self.y, self.u, self.v].map(|sample| (sample + 0.5) as u8)
    }

    /// This ink, `t` of the way to another.
    pub(crate) fn to(self, other: Self, t: f32) -> Self {
        Self { y: lerp(self.y, other.y, t), u: lerp(self.u, other.u, t), v: lerp(self.v, other.v, t) }
    }
}
