//! The movie header: the table of contents that a player reads first.
//!
//! The functions follow the tree of boxes, outermost first; each writes one box and everything inside it.

use super::boxes::{Out, boxed, descriptor, full, runs};
use super::plan::{Chunk, FRAME_TICKS, Plan, Sound};
use super::{Movie, Tags};
use crate::aac::{FRAME_SAMPLES, SAMPLE_RATE, Track};

const VIDEO_TRACK: u32 = 1;
const AUDIO_TRACK: u32 = 2;
/// No rotation, no scaling.
const IDENTITY: [u32; 9] = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000];
/// "und", an undetermined language, in three times five bits.
const LANGUAGE: u16 = 0x55C4;

/// The whole `moov` box; `base` is where the first sample lies in the file.
pub(super) fn build(movie: &Movie, plan: &Plan, base: u64) -> Vec<u8> {
    let mut out = Vec::new();
    boxed(&mut out, *b"moov", |out| {
        movie_header(out, plan);
        boxed(out, *b"trak", |out| video_track(out, movie, plan, base));
        if let (Some(track), Some(sound)) = (&movie.audio, &plan.sound) {
            boxed(out, *b"trak", |out| audio_track(out, track, sound, plan, base));
        }
        tags(out, &movie.tags);
    });
    out
}

fn movie_header(out: &mut Vec<u8>, plan: &Plan) {
    full(out, *b"mvhd", 0, |out| {
        out.zeros(8); // created, modified: never, so that the bytes are stable
        out.u32(plan.timescale);
        out.u32(plan.ticks);
        out.u32(0x10000); // normal speed
        out.u16(0x100); // full volume
        out.zeros(10);
        out.words(&IDENTITY);
        out.zeros(24);
        out.u32(AUDIO_TRACK + 1); // next free track id
    });
}

fn video_track(out: &mut Vec<u8>, movie: &Movie, plan: &Plan, base: u64) {
    track_header(out, VIDEO_TRACK, plan.ticks, 0, movie.width, movie.height);
    boxed(out, *b"mdia", |out| {
        media_header(out, plan.timescale, plan.ticks);
        handler(out, *b"vide", "video");
        boxed(out, *b"minf", |out| {
            full(out, *b"vmhd", 1, |out| out.zeros(8));
            data_reference(out);
            boxed(out, *b"stbl", |out| {
                full(out, *b"stsd", 0, |out| {
                    out.u32(1);
                    boxed(out, *b"avc1", |out| avc1(out, movie));
                });
                full(out, *b"stts", 0, |out| runs(out, &[(movie.video.len() as u32, FRAME_TICKS)]));
                sync_samples(out, movie);
                chunk_table(out, &plan.video_chunks, base, plan.wide());
                sizes(out, movie.video.iter().map(|sample| sample.data.len()));
            });
        });
    });
}

fn audio_track(out: &mut Vec<u8>, track: &Track, sound: &Sound, plan: &Plan, base: u64) {
    let samples = sound.audible + u64::from(track.priming);
    track_header(out, AUDIO_TRACK, sound.ticks, 0x100, 0, 0);
    boxed(out, *b"edts", |out| {
        full(out, *b"elst", 0, |out| {
            out.u32(1);
            out.u32(sound.ticks);
            out.u32(track.priming); // what is heard starts behind the encoder's delay
            out.u32(0x10000);
        });
    });
    boxed(out, *b"mdia", |out| {
        media_header(out, SAMPLE_RATE, samples as u32);
        handler(out, *b"soun", "sound");
        boxed(out, *b"minf", |out| {
            full(out, *b"smhd", 0, |out| out.zeros(4));
            data_reference(out);
            boxed(out, *b"stbl", |out| {
                full(out, *b"stsd", 0, |out| {
                    out.u32(1);
                    boxed(out, *b"mp4a", |out| mp4a(out, track));
                });
                full(out, *b"stts", 0, |out| runs(out, &sound_times(sound.frames, samples)));
                chunk_table(out, &plan.audio_chunks, base, plan.wide());
                sizes(out, track.frames[..sound.frames].iter().map(Vec::len));
            });
        });
    });
}

/// Whole frames, and a last one that ends with the film.
fn sound_times(frames: usize, samples: u64) -> Vec<(u32, u32)> {
    let whole = (frames as u32).saturating_sub(1);
    let last = (samples - u64::from(whole) * u64::from(FRAME_SAMPLES)) as u32;
    match (whole, last) {
        (0, last) => vec![(1, last)],
        (whole, FRAME_SAMPLES) => vec![(whole + 1, FRAME_SAMPLES)],
        (whole, last) => vec![(whole, FRAME_SAMPLES), (1, last)],
    }
}

fn track_header(out: &mut Vec<u8>, id: u32, ticks: u32, volume: u16, width: u32, height: u32) {
    full(out, *b"tkhd", 3, |out| {
        out.zeros(8);
        out.u32(id);
        out.u32(0);
        out.u32(ticks);
        out.zeros(12); // reserved, layer, alternate group
        out.u16(volume);
        out.u16(0);
        out.words(&IDENTITY);
        out.u32(width << 16);
        out.u32(height << 16);
    });
}

fn media_header(out: &mut Vec<u8>, timescale: u32, duration: u32) {
    full(out, *b"mdhd", 0, |out| {
        out.zeros(8);
        out.u32(timescale);
        out.u32(duration);
        out.u16(LANGUAGE);
        out.u16(0);
    });
}

fn handler(out: &mut Vec<u8>, kind: [u8; 4], name: &str) {
    full(out, *b"hdlr", 0, |out| {
        out.u32(0);
        out.extend_from_slice(&kind);
        out.zeros(12);
        out.extend_from_slice(name.as_bytes());
        out.push(0);
    });
}

/// The samples are in this very file.
fn data_reference(out: &mut Vec<u8>) {
    boxed(out, *b"dinf", |out| {
        full(out, *b"dref", 0, |out| {
            out.u32(1);
            full(out, *b"url ", 1, |_| {});
        });
    });
}

fn avc1(out: &mut Vec<u8>, movie: &Movie) {
    out.zeros(6);
    out.u16(1); // data reference
    out.zeros(16);
    out.u16(movie.width as u16);
    out.u16(movie.height as u16);
    out.u32(0x48_0000); // 72 dpi both ways
    out.u32(0x48_0000);
    out.u32(0);
    out.u16(1); // frames a sample
    out.zeros(32); // compressor name
    out.u16(24); // depth
    out.u16(0xFFFF); // no colour table
    boxed(out, *b"avcC", |out| {
        let (sps, pps) = (&movie.parameter_sets.sps, &movie.parameter_sets.pps);
        out.push(1);
        out.extend((1..4).map(|index| sps.get(index).copied().unwrap_or(0))); // profile, constraints, level
        out.extend_from_slice(&[0xFF, 0xE1]); // four-byte lengths, one sequence parameter set
        out.u16(sps.len() as u16);
        out.extend_from_slice(sps);
        out.push(1);
        out.u16(pps.len() as u16);
        out.extend_from_slice(pps);
        out.extend_from_slice(&[0xFD, 0xF8, 0xF8, 0]); // High: 4:2:0, 8 bit, 8 bit, no extension
    });
    boxed(out, *b"colr", |out| {
        out.extend_from_slice(b"nclx");
        (0..3).for_each(|_| out.u16(1)); // BT.709 primaries, transfer, matrix
        out.push(0); // limited range
    });
    boxed(out, *b"pasp", |out| {
        out.u32(1);
        out.u32(1);
    });
}

fn mp4a(out: &mut Vec<u8>, track: &Track) {
    out.zeros(6);
    out.u16(1); // data reference
    out.zeros(8);
    out.u16(2); // channels
    out.u16(16); // bits, by convention
    out.u32(0);
    out.u32(SAMPLE_RATE << 16);
    let bytes: u64 = track.frames.iter().map(|frame| frame.len() as u64).sum();
    let samples = track.frames.len().max(1) as u64 * u64::from(FRAME_SAMPLES);
    let largest = track.frames.iter().map(Vec::len).max().unwrap_or(0) as u64;
    full(out, *b"esds", 0, |out| {
        descriptor(out, 3, |out| {
            out.u16(0); // stream id
            out.push(0);
            descriptor(out, 4, |out| {
                out.extend_from_slice(&[0x40, 0x15]); // MPEG-4 audio stream
                out.extend_from_slice(&((largest * 2) as u32).to_be_bytes()[1..]); // decoder buffer
                out.u32((largest * 8 * u64::from(SAMPLE_RATE) / u64::from(FRAME_SAMPLES)) as u32);
                out.u32((bytes * 8 * u64::from(SAMPLE_RATE) / samples) as u32);
                descriptor(out, 5, |out| out.extend_from_slice(&track.config));
            });
            descriptor(out, 6, |out| out.push(2));
        });
    });
}

fn sync_samples(out: &mut Vec<u8>, movie: &Movie) {
    let keyframes = || movie.video.iter().enumerate().filter(|(_, sample)| sample.keyframe);
    full(out, *b"stss", 0, |out| {
        out.u32(keyframes().count() as u32);
        keyframes().for_each(|(index, _)| out.u32(index as u32 + 1));
    });
}

/// How many samples each chunk has (`stsc`, only where the number changes) and where it lies.
fn chunk_table(out: &mut Vec<u8>, chunks: &[Chunk], base: u64, wide: bool) {
    let mut rows: Vec<(u32, u32)> = Vec::new();
    for (index, chunk) in chunks.iter().enumerate() {
        if rows.last().is_none_or(|(_, samples)| *samples != chunk.samples) {
            rows.push((index as u32 + 1, chunk.samples));
        }
    }
    full(out, *b"stsc", 0, |out| {
        out.u32(rows.len() as u32);
        for (first, samples) in &rows {
            out.u32(*first);
            out.u32(*samples);
            out.u32(1); // sample description
        }
    });
    full(out, if wide { *b"co64" } else { *b"stco" }, 0, |out| {
        out.u32(chunks.len() as u32);
        for chunk in chunks {
            if wide { out.u64(base + chunk.offset) } else { out.u32((base + chunk.offset) as u32) }
        }
    });
}

fn sizes(out: &mut Vec<u8>, sizes: impl ExactSizeIterator<Item = usize>) {
    full(out, *b"stsz", 0, |out| {
        out.u32(0); // each sample has its own size
        out.u32(sizes.len() as u32);
        sizes.for_each(|size| out.u32(size as u32));
    });
}

/// The texts, in the form iTunes introduced and everything reads.
fn tags(out: &mut Vec<u8>, tags: &Tags) {
    let entries = [(*b"\xA9nam", &tags.title), (*b"\xA9cmt", &tags.comment), (*b"\xA9too", &tags.encoder)];
    if entries.iter().all(|(_, text)| text.is_empty()) {
        return;
    }
    boxed(out, *b"udta", |out| {
        full(out, *b"meta", 0, |out| {
            full(out, *b"hdlr", 0, |out| {
                out.u32(0);
                out.extend_from_slice(b"mdirappl");
                out.zeros(9);
            });
            boxed(out, *b"ilst", |out| {
                for (kind, text) in entries.into_iter().filter(|(_, text)| !text.is_empty()) {
                    boxed(out, kind, |out| {
                        full(out, *b"data", 1, |out| {
                            out.u32(0); // no locale
                            out.extend_from_slice(text.as_bytes());
                        });
                    });
                }
            });
        });
    });
}
