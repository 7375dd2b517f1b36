//! Our own films: encoded, muxed, and then judged by ffmpeg.

use filmgate_media::aac;
use filmgate_media::frame::Frame;
use filmgate_media::h264::{Encoder, Sample, Settings};
use filmgate_media::mp4::{Movie, Tags};
use filmgate_media::probe::{Container, Probe, VideoInfo, probe_bytes};
use filmgate_media::reader::{Limits, VideoReader};
use tempfile::TempDir;

use crate::{ffmpeg, patterns};

const SETTINGS: Settings = Settings { width: 320, height: 192, fps: 24, qp: 26, thorough: false };

/// Encodes in groups of one second; the renderer's are longer.
fn encode(settings: Settings, frames: &[Frame]) -> (Vec<Sample>, Encoder) {
    let mut samples = Vec::new();
    let mut last = None;
    for group in frames.chunks(settings.fps as usize) {
        let mut encoder = Encoder::new(&settings).unwrap();
        samples.extend(group.iter().map(|frame| encoder.encode(frame).unwrap()));
        if let Some(before) = last.replace(encoder) {
            let same = before.parameter_sets() == last.as_ref().and_then(Encoder::parameter_sets);
            assert!(same, "every encoder writes the same parameter sets");
        }
    }
    (samples, last.unwrap())
}

fn movie(settings: Settings, frames: &[Frame], pcm: Option<&[f32]>) -> Movie {
    let (video, encoder) = encode(settings, frames);
    Movie {
        width: settings.width,
        height: settings.height,
        fps: settings.fps,
        video,
        parameter_sets: encoder.parameter_sets().unwrap().clone(),
        audio: pcm.map(|pcm| aac::encode(pcm, 128_000).unwrap()),
        tags: Tags {
            title: "A cat dancing".into(),
            comment: "procedural animatic preview, no generative model".into(),
            encoder: "Filmgate".into(),
        },
    }
}

fn scenes(settings: Settings, count: u32) -> Vec<Frame> {
    (0..count).map(|time| patterns::scene(settings.width, settings.height, time)).collect()
}

#[test]
fn a_film_is_what_ffprobe_says_it_is() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("film.mp4");
    let film = movie(SETTINGS, &scenes(SETTINGS, 60), Some(&patterns::tone(48_000 * 5 / 2)));
    assert_eq!(film.duration_ms(), 2500);
    std::fs::write(&file, film.write()).unwrap();

    let facts = ffmpeg::probe(
        &file,
        "format=duration,format_name:format_tags:stream=codec_name,profile,level,width,height,pix_fmt,color_range,\
         color_space,color_transfer,color_primaries,sample_aspect_ratio,avg_frame_rate,r_frame_rate,duration,nb_frames,\
         start_time,sample_rate,channels,has_b_frames",
    );
    for fact in [
        "codec_name=h264",
        "profile=High",
        "level=31",
        "width=320",
        "height=192",
        "pix_fmt=yuv420p",
        "color_range=tv",
        "color_space=bt709",
        "color_transfer=bt709",
        "color_primaries=bt709",
        "sample_aspect_ratio=1:1",
        "avg_frame_rate=24/1",
        "r_frame_rate=24/1",
        "nb_frames=60",
        "has_b_frames=0",
        "codec_name=aac",
        "profile=LC",
        "sample_rate=48000",
        "channels=2",
        "TAG:title=A cat dancing",
        "TAG:comment=procedural animatic preview, no generative model",
        "TAG:encoder=Filmgate",
    ] {
        assert!(facts.lines().any(|line| line == fact), "{fact} is not in\n{facts}");
    }
    let durations = facts.lines().filter(|line| *line == "duration=2.500000").count();
    assert_eq!(durations, 3, "video, audio and file last exactly 2.5 s:\n{facts}");
    assert_eq!(facts.lines().filter(|line| *line == "start_time=0.000000").count(), 2, "{facts}");
}

/// What the gateway measures after a render is what was rendered, and our own decoder agrees with ffmpeg's.
#[test]
fn our_own_probe_and_reader_know_our_films() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("film.mp4");
    let bytes = movie(SETTINGS, &scenes(SETTINGS, 31), Some(&patterns::tone(100_000))).write();
    std::fs::write(&file, &bytes).unwrap();
    let mut reader = VideoReader::open(&file, Limits::default()).unwrap();
    let expected = VideoInfo {
        container: Container::Mp4,
        codec: "h264".into(),
        width: 320,
        height: 192,
        duration_ms: 1292,
        frames: Some(31),
        has_audio: true,
        bytes: bytes.len() as u64,
    };
    assert_eq!(probe_bytes(&bytes).unwrap(), Probe::Video(expected));
    for (index, frame) in ffmpeg::frames(&file, 320, 192, "").into_iter().enumerate() {
        let millis = (index as f64 * 1000.0 / 24.0).round() as u64;
        assert!(reader.next_frame().unwrap() == Some((frame, millis)), "frame {index}");
    }
    assert!(reader.next_frame().unwrap().is_none());
}

#[test]
fn every_frame_decodes_close_to_its_source() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("film.mp4");
    let source = scenes(SETTINGS, 50);
    std::fs::write(&file, movie(SETTINGS, &source, None).write()).unwrap();
    let decoded = ffmpeg::frames(&file, SETTINGS.width, SETTINGS.height, "");
    assert_eq!(decoded.len(), source.len());
    for (index, (got, want)) in decoded.iter().zip(&source).enumerate() {
        let (y, u, v) = (
            patterns::psnr(&got.y, &want.y),
            patterns::psnr(&got.u, &want.u),
            patterns::psnr(&got.v, &want.v),
        );
        assert!(y > 38.0 && u > 38.0 && v > 38.0, "frame {index}: {y:.1} {u:.1} {v:.1} dB");
    }
}

#[test]
fn one_frame_is_a_film_and_so_is_every_size() {
    let folder = TempDir::new().unwrap();
    for (width, height, fps, count) in
        [(16, 16, 1, 1), (720, 1280, 24, 2), (98, 54, 30, 7), (960, 960, 25, 2)]
    {
        let settings = Settings { width, height, fps, qp: 28, thorough: false };
        let file = folder.path().join(format!("{width}x{height}.mp4"));
        std::fs::write(&file, movie(settings, &scenes(settings, count), None).write()).unwrap();
        assert_eq!(ffmpeg::frames(&file, width, height, "").len(), count as usize, "{width}x{height}");
    }
}

#[test]
fn only_the_first_frame_of_a_group_is_a_keyframe() {
    let (samples, _) = encode(SETTINGS, &scenes(SETTINGS, 30));
    let keyframes: Vec<usize> =
        samples.iter().enumerate().filter(|(_, sample)| sample.keyframe).map(|(index, _)| index).collect();
    assert_eq!(keyframes, [0, 24]);
}

#[test]
fn the_same_frames_give_the_same_bytes() {
    let frames = scenes(SETTINGS, 26);
    let pcm = patterns::tone(52_000);
    let again = std::thread::scope(|scope| {
        let other = scope.spawn(|| movie(SETTINGS, &frames, Some(&pcm)).write());
        (movie(SETTINGS, &frames, Some(&pcm)).write(), other.join().unwrap())
    });
    assert!(again.0 == again.1, "two encoders in two threads differ");
}

#[test]
fn the_table_of_contents_stands_before_the_pictures() {
    let bytes = movie(SETTINGS, &scenes(SETTINGS, 3), None).write();
    let mut kinds = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        kinds.push(String::from_utf8_lossy(&bytes[at + 4..at + 8]).into_owned());
        at += length;
    }
    assert_eq!(at, bytes.len(), "the boxes fill the file exactly");
    assert_eq!(kinds, ["ftyp", "moov", "uuid", "mdat"]);
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"));
}

#[test]
fn a_click_is_heard_where_it_was_made() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("click.mp4");
    let click = 30_011;
    let mut pcm = vec![0.0; 2 * 96_000];
    (pcm[2 * click], pcm[2 * click + 1]) = (0.9, 0.9);
    std::fs::write(&file, movie(SETTINGS, &scenes(SETTINGS, 48), Some(&pcm)).write()).unwrap();
    let heard = ffmpeg::sound(&file);
    let loudest = (0..heard.len() / 2).max_by(|a, b| heard[2 * a].abs().total_cmp(&heard[2 * b].abs()));
    assert_eq!(loudest, Some(click));
    let samples = heard.len() / 2;
    assert!((96_000..96_000 + 1024).contains(&samples), "two seconds to the AAC frame, not {samples}");
}

#[test]
fn sound_is_cut_with_the_film_and_may_be_shorter() {
    let folder = TempDir::new().unwrap();
    for (samples, seconds) in [(200_000, "1.000000"), (12_000, "0.250000")] {
        let file = folder.path().join(format!("{samples}.mp4"));
        let film = movie(SETTINGS, &scenes(SETTINGS, 24), Some(&patterns::tone(samples)));
        std::fs::write(&file, film.write()).unwrap();
        let facts = ffmpeg::probe(&file, "stream=codec_type,duration");
        assert!(facts.contains(&format!("codec_type=audio\nduration={seconds}")), "{facts}");
        assert!(facts.contains("codec_type=video\nduration=1.000000"), "{facts}");
        ffmpeg::sound(&file);
    }
}

#[test]
fn a_frame_of_another_size_is_refused() {
    let mut encoder = Encoder::new(&SETTINGS).unwrap();
    let error = encoder.encode(&Frame::black(64, 64)).unwrap_err().to_string();
    assert!(error.contains("64x64") && error.contains("320x192"), "{error}");
    let mut torn = Frame::black(SETTINGS.width, SETTINGS.height);
    torn.v.truncate(5);
    assert!(encoder.encode(&torn).is_err());
}

/// The assembler half of the encoder is really linked: its AVX2 functions are in this very executable.
#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn the_encoder_has_its_assembler_half() {
    if filmgate_media::h264::BUILD.contains("slow") {
        return; // built slow on purpose
    }
    let this = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let name = b"WelsSampleSatd16x16_avx2";
    assert!(this.windows(name.len()).any(|window| window == name), "rebuild: cargo clean -p openh264-sys2");
}
