//! Pictures with something in front: it comes nearer faster than what is behind it.

use crate::{brief, decode, film};
use filmgate_animatic::Guidance;
use filmgate_media::frame::Frame;
use filmgate_media::picture::write_png;

const WIDTH: usize = 512;
const HEIGHT: usize = 288;

/// A red disc before a pale ground with two dark posts, one at each side.
fn scene() -> Frame {
    let mut frame = Frame::black(WIDTH as u32, HEIGHT as u32);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let (dx, dy) = (x as i32 - 256, y as i32 - 150);
            let disc = dx * dx + dy * dy < 60 * 60;
            let post = (96..104).contains(&x) || (408..416).contains(&x);
            let half = y / 2 * (WIDTH / 2) + x / 2;
            (frame.y[y * WIDTH + x], frame.u[half], frame.v[half]) = match (disc, post) {
                (true, _) => (90, 100, 210),
                (_, true) => (60, 128, 128),
                _ => (170, 128, 128),
            };
        }
    }
    frame
}

/// How wide the disc is, by its area, and how far apart the posts are; pixels.
fn measure(frame: &Frame) -> (f64, f64) {
    let (width, row) = (frame.width as usize, frame.height as usize / 2);
    let red = frame.v.iter().filter(|v| **v > 165).count() as f64;
    let dark: Vec<usize> = (0..width).filter(|x| frame.y[row * width + x] < 80).collect();
    let (first, last) = (dark.first().expect("a post"), dark.last().expect("a post"));
    ((red * 4.0).sqrt(), (last - first) as f64)
}

#[test]
fn what_is_in_front_grows_more_than_what_is_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scene.png");
    write_png(&path, &scene()).expect("the folder is writable");
    let frames = decode(&film(&brief("slowly push in", Guidance::Image(path.clone()))), folder.path());
    let ((disc, posts), (disc_last, posts_last)) = (measure(&frames[0]), measure(&frames[23]));
    let (front, back) = (disc_last / disc, posts_last / posts);
    assert!(back > 1.08, "the camera moves in: {back:.3}");
    assert!(front > back * 1.025, "front {front:.3}, back {back:.3}");
    let still = decode(&film(&brief("static shot", Guidance::Image(path))), folder.path());
    let (before, after) = (measure(&still[0]), measure(&still[23]));
    assert!((before.0 - after.0).abs() < 3.0 && (before.1 - after.1).abs() < 3.0, "{before:?} {after:?}");
}

/// Bars of a letterboxed picture would grow and move with it; the film has none of them.
#[test]
fn black_bars_of_a_picture_are_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("barred.png");
    let mut barred = scene();
    for row in (0..36).chain(HEIGHT - 36..HEIGHT) {
        barred.y[row * WIDTH..(row + 1) * WIDTH].fill(16);
        barred.u[row / 2 * (WIDTH / 2)..(row / 2 + 1) * (WIDTH / 2)].fill(128);
        barred.v[row / 2 * (WIDTH / 2)..(row / 2 + 1) * (WIDTH / 2)].fill(128);
    }
    write_png(&path, &barred).expect("the folder is writable");
    for frame in decode(&film(&brief("slowly push in", Guidance::Image(path))), folder.path()) {
        let (width, rows) = (frame.width as usize, frame.height as usize);
        for row in [0, rows - 1] {
            let bright = frame.y[row * width..(row + 1) * width].iter().filter(|y| **y > 100).count();
            assert!(bright > width / 2, "row {row} is black");
        }
    }
}
