//! References that mean harm, or are merely odd: a clear error or a whole film of the right size.

use crate::{brief, decode};
use filmgate_animatic::{Guidance, RenderError, Studio};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs ffmpeg on the words of `command`; what it writes is called `name`.
fn make(folder: &Path, command: &str, name: &str) -> PathBuf {
    let file = folder.join(name);
    let mut ffmpeg = Command::new("ffmpeg");
    let run = ffmpeg.args(["-v", "error", "-nostdin", "-y"]).args(command.split_whitespace()).arg(&file);
    let output = run.output().expect("ffmpeg makes the references; `make test` installs it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    file
}

/// What comes of a reference: a whole film, or the words of its error.
fn outcome(guidance: Guidance) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a folder");
    match Studio::new(1).render(brief("a quiet lake", guidance)) {
        Ok(film) => {
            let frames = decode(&film, folder.path());
            assert_eq!(frames.len(), 24);
            assert!(frames.iter().all(|frame| (frame.width, frame.height) == (256, 144)));
            Ok(())
        }
        Err(RenderError::Reference { why, .. }) => Err(why),
        Err(other) => panic!("{other}"),
    }
}

fn image(path: &Path) -> Result<(), String> {
    outcome(Guidance::Image(path.to_owned()))
}

fn video(path: &Path) -> Result<(), String> {
    outcome(Guidance::References { images: vec![], videos: vec![path.to_owned()] })
}

#[test]
fn odd_pictures_become_films() {
    let folder = tempfile::tempdir().expect("a folder");
    for (source, name) in [
        ("-f lavfi -i color=red:size=2x2,format=rgb24,crop=1:1 -frames:v 1", "dot.png"),
        ("-f lavfi -i testsrc2=size=64x48:rate=5 -t 1 -c:v libwebp_anim", "moving.webp"),
        ("-f lavfi -i testsrc2=size=2x2000 -frames:v 1", "tall.png"),
        ("-f lavfi -i testsrc2=size=3000x2 -frames:v 1 -pix_fmt gray16be", "wide.png"),
    ] {
        assert_eq!(image(&make(folder.path(), source, name)), Ok(()), "{name}");
    }
}

#[test]
fn pictures_that_cannot_be_used_say_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = make(folder.path(), "-f lavfi -i testsrc2=size=640x480 -frames:v 1", "good.jpg");
    let bytes = fs::read(good).expect("ffmpeg wrote it");
    // Its header promises 20000 x 20000.
    let mut huge = bytes.clone();
    let at = huge.windows(4).position(|four| four == [0xFF, 0xC0, 0, 17]).expect("a frame header") + 5;
    huge[at..at + 4].copy_from_slice(&[0x4E, 0x20, 0x4E, 0x20]);
    let file = folder.path().join("huge.jpg");
    fs::write(&file, huge).expect("the folder is writable");
    let why = "the file is too large: 400000000 pixels, at most 40000000 are allowed";
    assert_eq!(image(&file), Err(why.to_owned()));
    for (name, bytes) in
        [("half.jpg", &bytes[..bytes.len() / 2]), ("head.jpg", &bytes[..20]), ("none.jpg", &[])]
    {
        let file = folder.path().join(name);
        fs::write(&file, bytes).expect("the folder is writable");
        let why = image(&file).expect_err(name);
        assert!(why.len() > 12, "{name}: {why}");
    }
}

#[test]
fn odd_videos_become_films_or_say_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let command =
        "-f lavfi -i testsrc2=size=160x96:rate=24 -t 1 -c:v libx264 -pix_fmt yuv420p -movflags faststart";
    let good = make(folder.path(), command, "good.mp4");
    let bytes = fs::read(&good).expect("ffmpeg wrote it");
    let turned = format!("-i {} -c copy -metadata:s:v:0 rotate=90", good.display());
    assert_eq!(video(&make(folder.path(), &turned, "turned.mp4")), Ok(()));
    let one = format!("-i {} -frames:v 1 -c:v libx264", good.display());
    assert_eq!(video(&make(folder.path(), &one, "one.mp4")), Ok(()));

    let bent = |name: &str, kind: &[u8], skip: usize, value: &[u8]| {
        let mut bytes = bytes.clone();
        let at = bytes.windows(4).position(|four| four == kind).expect("the box is there") + 4 + skip;
        bytes[at..at + value.len()].copy_from_slice(value);
        let file = folder.path().join(name);
        fs::write(&file, bytes).expect("the folder is writable");
        video(&file)
    };
    // No frames a second (every one of them lasts no time at all), times without end, and a size of nothing beside
    // pictures that have one: the pictures themselves are good, and a film comes of them.
    assert_eq!(bent("no-time.mp4", b"stts", 12, &[0; 4]), Ok(()));
    assert_eq!(bent("endless.mp4", b"stts", 12, &[0x7F, 0xFF, 0xFF, 0xFF]), Ok(()));
    assert_eq!(bent("flat.mp4", b"avc1", 24, &[0; 4]), Ok(()));
    for (result, expected) in [
        (bent("no-unit.mp4", b"mdhd", 12, &[0; 4]), "zero ticks a second"),
        (bent("many.mp4", b"stsz", 4, &[0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF]), "4294967295 pictures"),
        (bent("far.mp4", b"stco", 8, &[0x7F, 0xFF, 0xFF, 0xFF]), "picture 0 lies behind the end of the file"),
    ] {
        assert!(result.as_ref().is_err_and(|why| why.contains(expected)), "{result:?}");
    }
    for part in [1, 2, 3] {
        let file = folder.path().join("cut.mp4");
        fs::write(&file, &bytes[..bytes.len() * part / 4]).expect("the folder is writable");
        let why = video(&file).expect_err("a film without its end");
        assert!(why.len() > 12, "{part} of 4: {why}");
    }
}
