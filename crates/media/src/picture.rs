//! Still images, from bytes to pixels to a [`Frame`].
//!
//! JPEG, PNG and WebP, turned as EXIF says, transparent parts laid over white, of an animation the first picture. The size is
//! checked against [`Limits`] before anything is allocated for pixels. Colour profiles are not applied: samples are taken
//! as sRGB, and sRGB as BT.709.

use std::io::{self, Cursor};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::png::PngEncoder;
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageReader, RgbImage};

use crate::frame::Frame;
use crate::probe::{ImageFormat, Kind, ProbeError, recognise};

/// What a picture may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most pixels, width times height.
    pub max_pixels: u64,
    /// Most bytes held at once while it is decoded: its samples as they are stored, and copies that grey ones and quarter turns need.
    pub max_bytes: u64,
}

impl Default for Limits {
    /// 40 megapixels of plain RGB, 32 with transparency, 16 of 16 bits.
    fn default() -> Self {
        Self { max_pixels: 40_000_000, max_bytes: 128_000_000 }
    }
}

/// A decoded still image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Red, green, blue, one byte each, row after row.
    pub rgb: Vec<u8>,
}

/// Decodes an image; the format is told from the bytes.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, ProbeError> {
    let Kind::Image(format) = recognise(&mut Cursor::new(bytes))? else {
        return Err(ProbeError::Unsupported { what: "a video where an image is needed".into() });
    };
    guarded(|| {
        let (mut decoder, size) = open(bytes, format)?;
        check_end(bytes, format)?;
        let pixels = u64::from(size.0) * u64::from(size.1);
        if pixels > limits.max_pixels {
            return Err(ProbeError::TooLarge { what: "pixels", found: pixels, most: limits.max_pixels });
        }
        let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let (stored, colour) = (decoder.total_bytes(), decoder.color_type());
        // Grey grows into a second copy, and a quarter turn needs two of the colours.
        let grown = if stored < pixels * 3 { stored + pixels * 3 } else { stored };
        let found = if aside(turn) { grown.max(pixels * 6) } else { grown };
        if found > limits.max_bytes {
            return Err(ProbeError::TooLarge { what: "bytes when decoded", found, most: limits.max_bytes });
        }
        let mut samples = vec![0; stored as usize];
        decoder.read_image(&mut samples).map_err(damaged)?;
        let rgb = RgbImage::from_raw(size.0, size.1, over_white(samples, colour)?);
        let mut image = DynamicImage::ImageRgb8(rgb.expect("three bytes for every pixel"));
        image.apply_orientation(turn);
        Ok(Picture { width: image.width(), height: image.height(), rgb: image.into_rgb8().into_raw() })
    })
}

/// Width and height after the EXIF turn, from the headers; also notices when the end of the file is missing.
pub(crate) fn size(bytes: &[u8], format: ImageFormat) -> Result<(u32, u32), ProbeError> {
    guarded(|| {
        let (mut decoder, (width, height)) = open(bytes, format)?;
        check_end(bytes, format)?;
        let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        Ok(if aside(turn) { (height, width) } else { (width, height) })
    })
}

/// Whether a turn lays a picture on its side.
fn aside(turn: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(turn, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

/// A decoder that has read the headers, and the stored size.
fn open(bytes: &[u8], format: ImageFormat) -> Result<(impl ImageDecoder + '_, (u32, u32)), ProbeError> {
    let format = match format {
        ImageFormat::Jpeg => image::ImageFormat::Jpeg,
        ImageFormat::Png => image::ImageFormat::Png,
        ImageFormat::WebP => image::ImageFormat::WebP,
    };
    let decoder = ImageReader::with_format(Cursor::new(bytes), format).into_decoder().map_err(damaged)?;
    let size = decoder.dimensions();
    if size.0 == 0 || size.1 == 0 {
        return Err(ProbeError::Damaged { why: "the image is zero pixels wide or high".into() });
    }
    Ok((decoder, size))
}

/// Every format says where it ends; a file that stops before is cut off.
fn check_end(bytes: &[u8], format: ImageFormat) -> Result<(), ProbeError> {
    let whole = match format {
        ImageFormat::Jpeg => bytes.windows(2).rev().any(|marker| marker == [0xFF, 0xD9]),
        ImageFormat::Png => bytes.windows(4).rev().any(|kind| kind == b"IEND"),
        ImageFormat::WebP => {
            let told =
                bytes.get(4..8).and_then(|len| len.try_into().ok()).map_or(u32::MAX, u32::from_le_bytes);
            bytes.len() as u64 >= u64::from(told) + 8
        }
    };
    let why = "the image has no end marker";
    if whole { Ok(()) } else { Err(ProbeError::Truncated { why: why.into() }) }
}

/// Samples of any kind as RGB bytes, what is transparent laid over white; in place where they get fewer.
fn over_white(mut samples: Vec<u8>, colour: ColorType) -> Result<Vec<u8>, ProbeError> {
    use ColorType::{L8, L16, La8, La16, Rgb8, Rgb16, Rgba8, Rgba16};
    let (channels, wide) = match colour {
        L8 | La8 | Rgb8 | Rgba8 => (usize::from(colour.channel_count()), 1),
        L16 | La16 | Rgb16 | Rgba16 => (usize::from(colour.channel_count()), 2),
        other => return Err(ProbeError::Unsupported { what: format!("an image of {other:?} samples") }),
    };
    if (channels, wide) == (3, 1) {
        return Ok(samples);
    }
    let pixel = |stored: &[u8]| {
        let sample = |index: usize| match stored.get(index * wide..(index + 1) * wide) {
            Some([byte]) => u32::from(*byte),
            Some([a, b]) => (u32::from(u16::from_ne_bytes([*a, *b])) * 255 + 32_767) / 65_535,
            _ => 0,
        };
        let alpha = if channels % 2 == 0 { sample(channels - 1) } else { 255 };
        let blend = |index: usize| ((sample(index) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        if channels < 3 { [blend(0); 3] } else { [blend(0), blend(1), blend(2)] }
    };
    let size = channels * wide;
    if size < 3 {
        return Ok(samples.chunks_exact(size).flat_map(pixel).collect());
    }
    let count = samples.len() / size;
    for index in 0..count {
        let rgb = pixel(&samples[index * size..(index + 1) * size]);
        samples[index * 3..index * 3 + 3].copy_from_slice(&rgb);
    }
    samples.truncate(count * 3);
    samples.shrink_to_fit();
    Ok(samples)
}

fn damaged(error: image::ImageError) -> ProbeError {
    match error {
        image::ImageError::Unsupported(error) => {
            ProbeError::Unsupported { what: format!("an image with {error}") }
        }
        image::ImageError::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            ProbeError::Truncated { why: "the image ends in the middle".into() }
        }
        error => ProbeError::Damaged { why: error.to_string() },
    }
}

/// A panic inside an image library is one more way of saying that the bytes are damaged.
fn guarded<T>(work: impl FnOnce() -> Result<T, ProbeError>) -> Result<T, ProbeError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(ProbeError::Damaged { why: "the image decoder gave up on it".into() }))
}

impl Picture {
    /// Fills `width` x `height` completely: scaled (Lanczos) until both sides reach, then cut evenly at the edges.
    /// A picture that has the size already is only converted. Odd sizes are rounded up to even ones.
    pub fn cover(&self, width: u32, height: u32) -> Frame {
        let (width, height) = (width.next_multiple_of(2).max(2), height.next_multiple_of(2).max(2));
        if (self.width, self.height) == (width, height) {
            return rgb_to_frame(&self.rgb, width, height);
        }
        let scale =
            (f64::from(self.width) / f64::from(width)).min(f64::from(self.height) / f64::from(height));
        let (crop_w, crop_h) = (f64::from(width) * scale, f64::from(height) * scale);
        let (left, top) = ((f64::from(self.width) - crop_w) / 2.0, (f64::from(self.height) - crop_h) / 2.0);
        let options = ResizeOptions::new()
            .crop(left.max(0.0), top.max(0.0), crop_w, crop_h)
            .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
        let mut scaled = Image::new(width, height, PixelType::U8x3);
        let fits = ImageRef::new(self.width, self.height, &self.rgb, PixelType::U8x3)
            .is_ok_and(|source| Resizer::new().resize(&source, &mut scaled, &options).is_ok());
        debug_assert!(fits, "the crop lies inside a whole picture");
        rgb_to_frame(scaled.buffer(), width, height)
    }
}

/// RGB rows to I420; each chroma sample is the mean of its four pixels. Odd sizes grow by repeating the last column or row.
///
/// # Panics
/// When `rgb` is shorter than `width * height * 3`.
pub fn rgb_to_frame(rgb: &[u8], width: u32, height: u32) -> Frame {
    let mut frame = Frame::black(width, height);
    let (from_w, from_h) = (width as usize, height as usize);
    let (to_w, to_h) = (frame.width as usize, frame.height as usize);
    let pixel = |column: usize, row: usize| {
        let at = 3 * (row.min(from_h - 1) * from_w + column.min(from_w - 1));
        [i32::from(rgb[at]), i32::from(rgb[at + 1]), i32::from(rgb[at + 2])]
    };
    for row in (0..to_h).step_by(2) {
        for column in (0..to_w).step_by(2) {
            let mut sum = [0; 3];
            for (right, down) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let [red, green, blue] = pixel(column + right, row + down);
                frame.y[(row + down) * to_w + column + right] =
                    ((11966 * red + 40254 * green + 4064 * blue + (16 << 16) + (1 << 15)) >> 16) as u8;
                sum = [sum[0] + red, sum[1] + green, sum[2] + blue];
            }
            let at = row / 2 * (to_w / 2) + column / 2;
            let [red, green, blue] = sum;
            let centre = (128 << 18) + (1 << 17);
            frame.u[at] = ((-6596 * red - 22189 * green + 28785 * blue + centre) >> 18) as u8;
            frame.v[at] = ((28785 * red - 26145 * green - 2640 * blue + centre) >> 18) as u8;
        }
    }
    frame
}

/// I420 to RGB rows; each chroma sample serves its four pixels.
pub fn frame_to_rgb(frame: &Frame) -> Vec<u8> {
    let width = frame.width as usize;
    let mut rgb = Vec::with_capacity(frame.y.len() * 3);
    for (row, luma) in frame.luma().enumerate() {
        let chroma = row / 2 * (width / 2)..(row / 2 + 1) * (width / 2);
        let colours = frame.u[chroma.clone()].iter().zip(&frame.v[chroma]);
        for (pair, (u, v)) in luma.chunks_exact(2).zip(colours) {
            let (u, v) = (i32::from(*u) - 128, i32::from(*v) - 128);
            for luma in pair {
                let grey = (i32::from(*luma) - 16) * 76309 + (1 << 15);
                let to_byte = |value: i32| (value >> 16).clamp(0, 255) as u8;
                rgb.push(to_byte(grey + 117_489 * v));
                rgb.push(to_byte(grey - 13_975 * u - 34_925 * v));
                rgb.push(to_byte(grey + 138_438 * u));
            }
        }
    }
    rgb
}

/// A frame as the bytes of a PNG file.
pub fn png(frame: &Frame) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(&frame_to_rgb(frame), frame.width, frame.height, ExtendedColorType::Rgb8)
        .map_err(io::Error::other)?;
    Ok(bytes)
}

/// Writes a frame as a PNG file, for people who want to look at it.
pub fn write_png(path: &Path, frame: &Frame) -> io::Result<()> {
    std::fs::write(path, png(frame)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_primaries_land_where_bt709_puts_them() {
        let known = [
            ([255, 255, 255], [235, 128, 128]),
            ([0, 0, 0], [16, 128, 128]),
            ([255, 0, 0], [63, 102, 240]),
            ([0, 255, 0], [173, 42, 26]),
            ([0, 0, 255], [32, 240, 118]),
        ];
        for (rgb, yuv) in known {
            let frame = rgb_to_frame(&rgb.repeat(4), 2, 2);
            assert_eq!([frame.y[0], frame.u[0], frame.v[0]], yuv, "{rgb:?}");
            let back = frame_to_rgb(&frame);
            assert!(
                back[..3].iter().zip(&rgb).all(|(a, b)| a.abs_diff(*b) <= 3),
                "{rgb:?} came back as {back:?}"
            );
        }
    }

    #[test]
    fn cover_keeps_the_middle_and_the_size_asked_for() {
        // Left third red, middle third green, right third blue; a square cut keeps the green.
        let row: Vec<u8> = (0..90).flat_map(|x| [[255, 0, 0], [0, 255, 0], [0, 0, 255]][x / 30]).collect();
        let picture = Picture { width: 90, height: 30, rgb: row.repeat(30) };
        let frame = picture.cover(60, 60);
        assert_eq!((frame.width, frame.height), (60, 60));
        assert!(frame.is_whole());
        assert_eq!(frame.y[30 * 60 + 30], 173);
        assert_eq!(picture.cover(7, 5).width, 8);
    }

    #[test]
    fn a_single_pixel_covers_anything() {
        let frame = Picture { width: 1, height: 1, rgb: vec![255, 255, 255] }.cover(16, 32);
        assert!(frame.y.iter().all(|luma| *luma == 235));
    }
}
