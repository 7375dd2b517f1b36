//! Still images: decoded as ffmpeg decodes them, turned, laid over white, and put into a frame.

use std::fs;

use filmgate_media::frame::Frame;
use filmgate_media::picture::{self, Limits, Picture};
use filmgate_media::probe::ProbeError;
use tempfile::TempDir;

use crate::probing::with_orientation;
use crate::{ffmpeg, patterns};

fn decode(bytes: &[u8]) -> Picture {
    picture::decode(bytes, &Limits::default()).unwrap()
}

#[test]
fn every_format_decodes_as_ffmpeg_does() {
    let folder = TempDir::new().unwrap();
    for (name, options) in [
        ("a.png", ""),
        ("b.jpg", "-q:v 2 -pix_fmt yuvj444p"),
        ("c.webp", "-lossless 1"),
        ("grey.png", "-pix_fmt gray"),
    ] {
        let (file, raw) = (folder.path().join(name), folder.path().join("raw.rgb"));
        ffmpeg::make(&format!("-f lavfi -i testsrc2=size=122x78 -frames:v 1 {options}"), &file);
        ffmpeg::make(
            &format!(
                "-i {} -f rawvideo -pix_fmt rgb24 -sws_flags accurate_rnd+full_chroma_int",
                file.display()
            ),
            &raw,
        );
        let ours = decode(&fs::read(&file).unwrap());
        assert_eq!((ours.width, ours.height), (122, 78));
        let near = patterns::psnr(&ours.rgb, &fs::read(&raw).unwrap());
        assert!(near > 45.0, "{name}: {near:.1} dB");
    }
}

#[test]
fn exif_turns_the_pixels() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("a.jpg");
    ffmpeg::make("-f lavfi -i testsrc2=size=64x32 -frames:v 1 -q:v 2", &file);
    let bytes = fs::read(&file).unwrap();
    let flat = decode(&bytes);
    let turned = decode(&with_orientation(&bytes, 6));
    assert_eq!((turned.width, turned.height), (32, 64));
    for (x, y) in [(0, 0), (10, 5), (63, 31)] {
        let at = 3 * (y * 64 + x);
        let turned_at = 3 * (x * 32 + (31 - y));
        assert_eq!(flat.rgb[at..at + 3], turned.rgb[turned_at..turned_at + 3], "{x}, {y}");
    }
}

#[test]
fn the_first_picture_of_an_animation_counts() {
    let folder = TempDir::new().unwrap();
    let (still, moving) = (folder.path().join("still.webp"), folder.path().join("moving.webp"));
    let source = "-f lavfi -i testsrc2=size=64x48:rate=10";
    ffmpeg::make(&format!("{source} -frames:v 1 -c:v libwebp -lossless 1"), &still);
    ffmpeg::make(&format!("{source} -frames:v 5 -c:v libwebp_anim -lossless 1"), &moving);
    assert!(decode(&fs::read(still).unwrap()) == decode(&fs::read(moving).unwrap()));
}

#[test]
fn what_is_transparent_shows_white() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("clear.png");
    ffmpeg::make("-f lavfi -i color=red@0.0:size=8x8,format=rgba -frames:v 1", &file);
    assert!(decode(&fs::read(&file).unwrap()).rgb.iter().all(|byte| *byte == 255));
}

#[test]
fn a_frame_survives_the_way_to_png_and_back() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("frame.png");
    let frame = patterns::scene(96, 64, 7);
    picture::write_png(&file, &frame).unwrap();
    let back = decode(&fs::read(&file).unwrap()).cover(96, 64);
    // Some samples of the pattern lie outside the RGB cube; luma inside it survives.
    assert!(patterns::psnr(&back.y, &frame.y) > 30.0);
    let grey = Frame { u: vec![128; 1536], v: vec![128; 1536], ..frame };
    picture::write_png(&file, &grey).unwrap();
    let back = decode(&fs::read(&file).unwrap()).cover(96, 64);
    assert!(patterns::psnr(&back.y, &grey.y) > 50.0, "a size that fits is only converted");
}

#[test]
fn too_many_pixels_are_refused_before_they_are_decoded() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("a.png");
    ffmpeg::make("-f lavfi -i color=blue:size=100x50 -frames:v 1", &file);
    let mut bytes = fs::read(&file).unwrap();
    let error = picture::decode(&bytes, &Limits { max_pixels: 4999, ..Limits::default() }).unwrap_err();
    assert_eq!(error.to_string(), "the file is too large: 5000 pixels, at most 4999 are allowed");
    // A header that promises 16 gigapixels; its checksum is made to fit.
    bytes[16..24].copy_from_slice(&[0, 2, 0, 0, 0, 2, 0, 0]);
    let checksum = crc(&bytes[12..29]).to_be_bytes();
    bytes[29..33].copy_from_slice(&checksum);
    let error = picture::decode(&bytes, &Limits::default()).unwrap_err();
    assert!(matches!(error, ProbeError::TooLarge { found: 17_179_869_184, .. }), "{error}");
}

/// Grey, transparent, of 16 bits: whatever a picture stores, the same colours come out.
#[test]
fn every_kind_of_sample_is_read() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("a.png");
    for format in ["rgb24", "rgba", "rgb48be", "rgba64be"] {
        ffmpeg::make(&format!("-f lavfi -i color=0x3060c0:size=8x6,format={format} -frames:v 1"), &file);
        let picture = decode(&fs::read(&file).unwrap());
        assert_eq!((picture.width, picture.height, picture.rgb.len()), (8, 6, 8 * 6 * 3), "{format}");
        for pixel in picture.rgb.chunks_exact(3) {
            let off = pixel.iter().zip([0x30_u8, 0x60, 0xC0]).map(|(a, b)| a.abs_diff(b)).max();
            assert!(off <= Some(3), "{format}: {pixel:?}");
        }
    }
    for format in ["gray", "ya8", "gray16be", "ya16be"] {
        ffmpeg::make(&format!("-f lavfi -i color=white:size=8x6,format={format} -frames:v 1"), &file);
        let picture = decode(&fs::read(&file).unwrap());
        assert!(
            picture.rgb.len() == 8 * 6 * 3 && picture.rgb.iter().all(|byte| *byte > 230),
            "{format}: {:?}",
            &picture.rgb[..6]
        );
    }
}

#[test]
fn what_takes_too_much_room_is_refused_before_it_is_decoded() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("deep.png");
    ffmpeg::make("-f lavfi -i color=blue:size=100x50,format=rgba64be -frames:v 1", &file);
    let bytes = fs::read(&file).unwrap();
    let error = picture::decode(&bytes, &Limits { max_bytes: 39_999, ..Limits::default() }).unwrap_err();
    let text = "the file is too large: 40000 bytes when decoded, at most 39999 are allowed";
    assert_eq!(error.to_string(), text);
    assert!(picture::decode(&bytes, &Limits { max_bytes: 40_000, ..Limits::default() }).is_ok());
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 },
        )
    })
}

/// Printers' colours: a JPEG of one block in cyan, magenta, yellow and black, stored inverted as Adobe does.
#[test]
fn a_cmyk_jpeg_is_as_red_as_it_was_meant() {
    let quantiser = [&[0xFF, 0xDB, 0, 67, 0][..], &[8; 64]].concat();
    let codes = |class: u8, lengths: [u8; 2], symbols: &[u8]| {
        let head = [0xFF, 0xC4, 0, 19 + symbols.len() as u8, class, lengths[0], lengths[1]];
        [&head[..], &[0; 14], symbols].concat()
    };
    let component = |id: u8| [id, 0x11, 0];
    let jpeg = [
        &[0xFF, 0xD8, 0xFF, 0xEE, 0, 14][..],
        b"Adobe\0\x64\0\0\0\0\0",
        &quantiser,
        &[0xFF, 0xC0, 0, 20, 8, 0, 8, 0, 8, 4],
        &[component(1), component(2), component(3), component(4)].concat(),
        &codes(0x00, [1, 1], &[7, 8]),
        &codes(0x10, [1, 0], &[0]),
        &[0xFF, 0xDA, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0],
        // Two bits of code and a value for each component: 127, -128, -128, 127.
        &[0x7F, 0x4F, 0xE9, 0xFC, 0xFE],
        &[0xFF, 0xD9],
    ]
    .concat();
    let picture = decode(&jpeg);
    assert_eq!((picture.width, picture.height), (8, 8));
    for pixel in picture.rgb.chunks_exact(3) {
        assert!(pixel[0] > 240 && pixel[1] < 15 && pixel[2] < 15, "{pixel:?} is not red");
    }
}
