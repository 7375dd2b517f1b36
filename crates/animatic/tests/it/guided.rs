//! Films from references: each mode shows what it was given.

use crate::{brief, correlation, decode, film, psnr};
use filmgate_animatic::{Brief, Guidance, RenderError, Studio, frames};
use filmgate_media::frame::Frame;
use filmgate_media::picture::{Limits, decode as decode_picture, write_png};
use std::path::{Path, PathBuf};

/// A picture to refer to: one frame of a scene, larger than the film and of another shape.
fn reference(dir: &Path, name: &str, prompt: &str) -> PathBuf {
    let asked = Brief { width: 480, height: 360, ..brief(prompt, Guidance::Text) };
    let mut picture = None;
    frames(&asked, |index, frame| {
        if index == 0 {
            picture = Some(frame.clone());
        }
    })
    .expect("the brief is fine");
    let path = dir.join(name);
    write_png(&path, &picture.expect("there is a first frame")).expect("the folder is writable");
    path
}

/// What the reference looks like when it fills the film's frame.
fn covered(path: &Path, width: u32, height: u32) -> Frame {
    let bytes = std::fs::read(path).expect("the reference is there");
    decode_picture(&bytes, &Limits::default()).expect("it is a picture").cover(width, height)
}

#[test]
fn an_image_fills_the_film_and_moves() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = reference(folder.path(), "far.png", "a red balloon over mountains");
    let frames = decode(&film(&brief("slowly push in", Guidance::Image(path.clone()))), folder.path());
    let given = covered(&path, 256, 144);
    assert!(correlation(&frames[0], &given) > 0.9, "{}", correlation(&frames[0], &given));
    assert!(correlation(&frames[23], &given) > 0.25);
    assert!(psnr(&frames[0], &frames[23]) < 35.0, "the picture moves");
    assert!(frames.windows(2).all(|pair| psnr(&pair[0], &pair[1]) > 20.0), "it moves smoothly");
}

#[test]
fn first_and_last_frame_are_exactly_the_given_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = reference(folder.path(), "first.png", "a red balloon over mountains");
    let last = reference(folder.path(), "last.png", "a cat sitting on the beach at sunset");
    let asked = brief("cinematic rain", Guidance::Frames { first: first.clone(), last: last.clone() });
    let frames = decode(&film(&asked), folder.path());
    let (begin, end) =
        (psnr(&frames[0], &covered(&first, 256, 144)), psnr(&frames[23], &covered(&last, 256, 144)));
    assert!(begin > 35.0 && end > 35.0, "{begin:.1} dB, {end:.1} dB");
    let half = &frames[12];
    assert!(psnr(half, &frames[0]) < 30.0 && psnr(half, &frames[23]) < 30.0);
}

/// A piece of a picture; sizes and places are even.
fn piece(frame: &Frame, left: usize, top: usize, width: u32, height: u32) -> Frame {
    let cut = |plane: &[u8], part: usize| -> Vec<u8> {
        let rows =
            plane.chunks_exact(frame.width as usize / part).skip(top / part).take(height as usize / part);
        rows.flat_map(|row| &row[left / part..][..width as usize / part]).copied().collect()
    };
    Frame { width, height, y: cut(&frame.y, 1), u: cut(&frame.u, 2), v: cut(&frame.v, 2) }
}

/// Half of each.
fn average(a: &Frame, b: &Frame) -> Frame {
    let half = |a: &[u8], b: &[u8]| a.iter().zip(b).map(|(a, b)| a.midpoint(*b)).collect();
    Frame { y: half(&a.y, &b.y), u: half(&a.u, &b.u), v: half(&a.v, &b.v), ..*a }
}

/// The frames of a film from one picture to another, before they are encoded.
fn drawn(folder: &Path, first: &Frame, last: &Frame) -> Vec<Frame> {
    let (from, to) = (folder.join("from.png"), folder.join("to.png"));
    write_png(&from, first).expect("the folder is writable");
    write_png(&to, last).expect("the folder is writable");
    let mut drawn = Vec::new();
    let asked = brief("a film", Guidance::Frames { first: from, last: to });
    frames(&asked, |_, frame| drawn.push(frame.clone())).expect("the brief is fine");
    drawn
}

#[test]
fn what_both_pictures_show_travels_between_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = reference(folder.path(), "wide.png", "a red balloon over mountains");
    let wide = covered(&path, 480, 360);
    let at = |shift: usize| piece(&wide, 100 + shift, 110, 256, 144);
    let (first, last) = (at(0), at(24));
    let film = drawn(folder.path(), &first, &last);
    // The middle lies between frames 11 and 12.
    let close =
        |frame: &Frame| [10, 12, 14].map(|shift| psnr(frame, &at(shift))).into_iter().fold(0.0, f64::max);
    let (travelled, dissolved) = (close(&film[11]).max(close(&film[12])), close(&average(&first, &last)));
    assert!(travelled > dissolved + 6.0 && travelled > 27.0, "{travelled:.1} dB, {dissolved:.1} dB");
    assert!(psnr(&film[0], &first) > 42.0 && psnr(&film[23], &last) > 42.0);
    assert!(film.windows(2).all(|pair| pair[0].y != pair[1].y), "no frame stands still");
}

#[test]
fn pictures_of_different_scenes_dissolve() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = covered(&reference(folder.path(), "a.png", "a red balloon over mountains"), 256, 144);
    let last = covered(&reference(folder.path(), "b.png", "a cat sitting on the beach at sunset"), 256, 144);
    let film = drawn(folder.path(), &first, &last);
    // The dissolve keeps away from both ends, and in the middle both are there.
    assert!(correlation(&film[4], &first) > 0.85 && correlation(&film[19], &last) > 0.85);
    assert!(correlation(&film[12], &average(&first, &last)) > 0.85);
}

#[test]
fn one_picture_twice_still_moves() {
    let folder = tempfile::tempdir().expect("a folder");
    let picture = covered(&reference(folder.path(), "a.png", "a red balloon over mountains"), 256, 144);
    let film = drawn(folder.path(), &picture, &picture);
    assert!(film.windows(2).all(|pair| pair[0].y != pair[1].y), "no frame stands still");
    assert!(film.iter().all(|frame| correlation(frame, &picture) > 0.75), "it stays that picture");
}

#[test]
fn the_way_between_two_pictures_is_the_same_every_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let wide = covered(&reference(folder.path(), "wide.png", "a cat sitting on the beach"), 480, 360);
    let (first, last) = (folder.path().join("from.png"), folder.path().join("to.png"));
    write_png(&first, &piece(&wide, 80, 100, 300, 200)).expect("the folder is writable");
    write_png(&last, &piece(&wide, 100, 110, 280, 190)).expect("the folder is writable");
    let asked = Brief { seconds: 3, ..brief("a film", Guidance::Frames { first, last }) };
    let films = [1, 2].map(|threads| Studio::new(threads).render(asked.clone()).expect("the brief is fine"));
    assert!(films[0].mp4 == films[1].mp4);
}

#[test]
fn references_are_cut_together_after_the_scene_of_the_prompt() {
    let folder = tempfile::tempdir().expect("a folder");
    let image = reference(folder.path(), "sea.png", "a ship at sea");
    let video = folder.path().join("horse.mp4");
    let horse =
        film(&Brief { width: 320, height: 240, ..brief("a horse running in the desert", Guidance::Text) });
    std::fs::write(&video, &horse.mp4).expect("the folder is writable");
    let asked = Brief {
        seconds: 3,
        ..brief(
            "a robot dancing in space",
            Guidance::References { images: vec![image.clone()], videos: vec![video] },
        )
    };
    let cut = decode(&film(&asked), folder.path());
    assert_eq!(cut.len(), 72);
    let scene = decode(&film(&brief("a robot dancing in space", Guidance::Text)), folder.path());
    assert!(correlation(&cut[0], &scene[0]) > 0.95);
    let given = covered(&image, 256, 144);
    let (opening, picture) = (correlation(&cut[0], &given), correlation(&cut[30], &given));
    assert!(picture > 0.7 && opening < 0.5, "{opening:.2} {picture:.2}");
    // The video comes last, its own frames.
    let path = folder.path().join("horse.png");
    write_png(&path, &decode(&horse, folder.path())[0]).expect("the folder is writable");
    let given = covered(&path, 256, 144);
    let best = cut[40..].iter().map(|frame| correlation(frame, &given)).fold(-1.0, f64::max);
    assert!(best > 0.95, "{best:.2}");
    for (index, pair) in cut.windows(2).enumerate() {
        assert!(pair[0].y != pair[1].y, "frame {index} stands still");
        assert!(pair[1].y.iter().any(|y| *y > 60), "frame {index} is black");
    }
}

#[test]
fn a_broken_reference_is_named_with_its_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = reference(folder.path(), "good.png", "a tree");
    let text = folder.path().join("text.png");
    std::fs::write(&text, "this is not a picture").expect("the folder is writable");
    let cut_off = folder.path().join("cut.png");
    let bytes = std::fs::read(&good).expect("the reference is there");
    std::fs::write(&cut_off, &bytes[..bytes.len() / 2]).expect("the folder is writable");
    let missing = folder.path().join("missing.png");
    let cases = [
        (Guidance::Image(text.clone()), 0),
        (Guidance::Frames { first: good.clone(), last: cut_off }, 1),
        (Guidance::References { images: vec![good.clone(), missing], videos: vec![] }, 1),
        (Guidance::References { images: vec![good.clone()], videos: vec![text] }, 1),
        (Guidance::References { images: vec![], videos: vec![good] }, 0),
    ];
    for (guidance, expected) in cases {
        match Studio::new(1).render(brief("a tree", guidance)) {
            Err(RenderError::Reference { index, why }) => {
                assert_eq!(index, expected, "{why}");
                assert!(why.len() > 12, "{why}");
            }
            other => panic!("{:?}", other.map(|film| film.frames)),
        }
    }
}
