//! Films from text: length, bytes, bars, cancelling.

use crate::{brief, decode, film, psnr};
use filmgate_animatic::{Brief, Guidance, RenderError, Stage, Studio, frames as drawn};
use std::process::Command;
use std::sync::mpsc;

#[test]
fn the_same_brief_gives_the_same_bytes_on_any_number_of_threads() {
    let mut asked = brief("two cats dancing in a storm, vintage", Guidance::Text);
    asked.seconds = 3;
    let films: Vec<_> =
        [1, 2, 2].map(|threads| Studio::new(threads).render(asked.clone())).into_iter().collect();
    let first = films[0].as_ref().expect("the brief is fine");
    assert!(films.iter().all(|film| film.as_ref() == Ok(first)));
    asked.seed = 8;
    assert_ne!(Studio::new(2).render(asked).expect("the brief is fine").mp4, first.mp4);
}

#[test]
fn length_and_size_are_what_was_asked() {
    for (width, height, seconds) in [(256, 144, 2), (144, 256, 1), (160, 160, 1), (64, 64, 1)] {
        let asked = Brief { width, height, seconds, ..brief("a dog running on the beach", Guidance::Text) };
        let film = film(&asked);
        assert_eq!((film.frames, film.fps, film.duration_ms), (seconds * 24, 24, u64::from(seconds) * 1000));
        let folder = tempfile::tempdir().expect("a folder");
        let frames = decode(&film, folder.path());
        assert_eq!(frames.len() as u32, seconds * 24);
        assert!(frames.iter().all(|frame| (frame.width, frame.height) == (width, height)));
        // The independent word.
        let report = ffprobe(&folder.path().join("film.mp4"));
        let video = format!("h264,{width},{height},{seconds}.000000,{}", seconds * 24);
        assert!(report.contains(&video), "{report}");
        assert!(report.contains(&format!("aac,{seconds}.000000")), "{report}");
    }
}

fn ffprobe(path: &std::path::Path) -> String {
    let entries = "stream=codec_name,width,height,duration,nb_frames";
    let args = ["-v", "error", "-of", "csv=p=0", "-show_entries", entries];
    let output = Command::new("ffprobe").args(args).arg(path).output();
    let output = output.expect("ffprobe is the other reader; `make test` installs it");
    assert!(output.status.success());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn cinematic_bars_are_black_and_the_picture_between_them_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let asked = brief("A cat dancing in the rain, cinematic style", Guidance::Text);
    drawn(&asked, |_, frame| {
        // 256 wide at 2.39:1 leaves 108 of 144 rows.
        let mut bars = frame.y.chunks(256).enumerate().filter(|(y, _)| !(18..126).contains(y));
        assert!(bars.all(|(_, row)| row.iter().all(|luma| *luma == 16)));
    })
    .expect("the brief is fine");
    let frames = decode(&film(&asked), folder.path());
    for frame in [&frames[0], &frames[12], &frames[23]] {
        let row = |y: usize| &frame.y[y * 256..][..256];
        // The decoder smooths three rows at the border of a block.
        for y in (0..15).chain(131..144) {
            assert!(row(y).iter().all(|luma| luma.abs_diff(16) <= 3), "row {y}");
        }
        let middle = row(72);
        assert!(middle.iter().max() > Some(&80) && middle.iter().min() < Some(&60));
    }
}

#[test]
fn every_frame_moves_and_none_is_black() {
    let folder = tempfile::tempdir().expect("a folder");
    let cuts = "A fox runs through the forest, then a train crosses a bridge, finally a lighthouse by the sea at night";
    for (prompt, seconds) in [("A cat dancing in the rain", 1), (cuts, 6)] {
        let asked = Brief { seconds, ..brief(prompt, Guidance::Text) };
        let frames = decode(&film(&asked), folder.path());
        for (index, pair) in frames.windows(2).enumerate() {
            assert_ne!(pair[0].y, pair[1].y, "{prompt}: frame {index} stands still");
            let light: u64 = pair[1].y.iter().map(|y| u64::from(*y)).sum();
            assert!(light / pair[1].y.len() as u64 > 25, "{prompt}: frame {index} is black");
        }
    }
}

/// Differences from frame to frame, as samples see them who stand where nothing moves: the quieter nine tenths.
#[test]
fn what_stands_still_does_not_flicker() {
    let folder = tempfile::tempdir().expect("a folder");
    for style in ["", ", pencil sketch", ", anime", ", watercolor", ", pixel art"] {
        let prompt = format!("a bowl of fruit on the table, static shot{style}");
        let frames = decode(&film(&brief(&prompt, Guidance::Text)), folder.path());
        let pairs = frames.windows(2).map(|pair| pair[0].y.iter().zip(&pair[1].y));
        let mut noise = vec![0_u32; frames[0].y.len()];
        for pair in pairs {
            for (sum, (before, after)) in noise.iter_mut().zip(pair) {
                *sum += u32::from(before.abs_diff(*after));
            }
        }
        noise.sort_unstable();
        let quiet = &noise[..noise.len() * 9 / 10];
        let mean = f64::from(quiet.iter().sum::<u32>()) / quiet.len() as f64 / 23.0;
        assert!(mean < 0.35, "{prompt}: {mean:.3} a frame");
    }
}

/// As an independent meter reads it, after the sound was compressed.
#[test]
fn every_film_is_as_loud_as_any_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("film.mp4");
    for prompt in [
        "a cat dancing in the rain",
        "a bowl of fruit on the table",
        "underwater",
        "a storm at sea",
        "on the moon",
    ] {
        let asked = Brief { width: 64, height: 64, seconds: 4, ..brief(prompt, Guidance::Text) };
        std::fs::write(&path, film(&asked).mp4).expect("the folder is writable");
        let meter = ["-af", "ebur128=peak=sample", "-f", "null", "-"];
        let mut command = Command::new("ffmpeg");
        let output = command.args(["-hide_banner", "-nostats", "-i"]).arg(&path).args(meter).output();
        let output = output.expect("ffmpeg is the meter; `make test` installs it");
        assert!(output.status.success(), "{prompt}: {output:?}");
        let report = String::from_utf8_lossy(&output.stderr).into_owned();
        let read = |name: &str| -> f32 {
            let (_, rest) =
                report.split_once("Summary:").and_then(|(_, rest)| rest.split_once(name)).expect("a summary");
            rest.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number")
        };
        assert!((read("I:") + 16.0).abs() <= 1.0, "{prompt}: {} LUFS", read("I:"));
        assert!(read("Peak:") < 0.0, "{prompt}: peaks at {} dB", read("Peak:"));
    }
}

#[test]
fn another_seed_is_another_picture() {
    let folder = tempfile::tempdir().expect("a folder");
    for prompt in ["a dog running across a meadow", "a train in the mountains", "雨中的城市"] {
        let one = decode(&film(&brief(prompt, Guidance::Text)), folder.path());
        let other = decode(&film(&Brief { seed: 8, ..brief(prompt, Guidance::Text) }), folder.path());
        let alike = psnr(&one[12], &other[12]);
        assert!(alike < 26.0, "{prompt}: {alike:.1} dB");
    }
}

#[test]
fn progress_rises_to_a_film_that_can_be_taken_once() {
    let studio = Studio::new(2);
    let (send, changes) = mpsc::channel();
    let mut asked = brief("waves", Guidance::Text);
    asked.seconds = 3;
    let render = studio.start(asked, Box::new(move || send.send(()).expect("the test listens")));
    let mut seen = Vec::new();
    while render.progress().stage != Stage::Done {
        changes.recv().expect("the studio reports");
        seen.push(render.progress().percent);
    }
    assert!(seen.is_sorted() && seen.last() == Some(&100), "{seen:?}");
    assert!(matches!(render.take(), Some(Ok(_))));
    assert!(render.take().is_none());
}

#[test]
fn a_cancelled_film_ends_and_the_studio_goes_on() {
    let studio = Studio::new(1);
    let (send, changes) = mpsc::channel();
    let mut asked = brief("a storm at sea", Guidance::Text);
    (asked.width, asked.height, asked.seconds) = (640, 360, 60);
    let render = studio.start(asked, Box::new(move || send.send(()).unwrap_or(())));
    changes.recv().expect("the first chunk is reported");
    render.cancel();
    assert_eq!(render.progress().stage, Stage::Done);
    assert_eq!(render.take(), Some(Err(RenderError::Canceled)));
    assert!(studio.render(brief("a tree", Guidance::Text)).is_ok());
}

#[test]
fn a_listener_that_panics_costs_its_film_only() {
    let studio = Studio::new(1);
    let render = studio.start(brief("a tree", Guidance::Text), Box::new(|| panic!("the listener is broken")));
    assert!(studio.render(brief("a tree", Guidance::Text)).is_ok());
    assert!(matches!(render.take(), Some(Err(RenderError::Internal(_)))));
}

#[test]
fn a_brief_outside_its_limits_names_the_field() {
    for (width, seconds, expected) in
        [(63, 1, "width is 63"), (64, 0, "seconds is 0"), (64, 61, "seconds is 61")]
    {
        let asked = Brief { width, seconds, ..brief("a tree", Guidance::Text) };
        let Err(RenderError::Internal(text)) = Studio::new(1).render(asked) else {
            panic!("it must not render")
        };
        assert!(text.starts_with(expected), "{text}");
    }
}
