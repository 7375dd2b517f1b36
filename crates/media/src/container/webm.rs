//! WebM: elements in elements, pictures in blocks, blocks in clusters.
//!
//! The walk is flat: it steps *into* what only groups (segment, cluster, block group), reads what describes (info, tracks),
//! notes where each block lies, and steps over the rest. So live recordings with elements of unknown length need no
//! special case. Matroska files that are not WebM, laced video blocks and compressed or encrypted tracks are refused by name.

use super::{
    Codec, Colour, MAX_TABLE_BYTES, Packet, Source, Stream, Turn, check_packets, count_part, damaged, length,
    read_at, truncated,
};
use crate::probe::{Container, ProbeError};

const EBML: u32 = 0x1A45_DFA3;
const DOC_TYPE: u32 = 0x4282;
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_A966;
const TIMESTAMP_SCALE: u32 = 0x2A_D7B1;
const DURATION: u32 = 0x4489;
const TRACKS: u32 = 0x1654_AE6B;
const TRACK_ENTRY: u32 = 0xAE;
const TRACK_NUMBER: u32 = 0xD7;
const TRACK_TYPE: u32 = 0x83;
const CODEC_ID: u32 = 0x86;
const DEFAULT_DURATION: u32 = 0x23_E383;
const CONTENT_ENCODINGS: u32 = 0x6D80;
const VIDEO: u32 = 0xE0;
const PIXEL_WIDTH: u32 = 0xB0;
const PIXEL_HEIGHT: u32 = 0xBA;
const COLOUR: u32 = 0x55B0;
const MATRIX: u32 = 0x55B1;
const RANGE: u32 = 0x55B9;
const CLUSTER: u32 = 0x1F43_B675;
const TIMESTAMP: u32 = 0xE7;
const SIMPLE_BLOCK: u32 = 0xA3;
const BLOCK_GROUP: u32 = 0xA0;
const BLOCK: u32 = 0xA1;

/// What the file says before its first picture.
struct Film {
    /// Nanoseconds in a tick.
    scale: u64,
    /// Length in ticks, if told.
    duration: Option<f64>,
    video: Option<VideoTrack>,
    has_audio: bool,
}

#[derive(Default)]
struct VideoTrack {
    number: u64,
    codec: String,
    width: u32,
    height: u32,
    colour: Colour,
    /// Nanoseconds a picture, 0 if not told.
    frame_nanos: u64,
    encoded: bool,
}

pub(super) fn open(source: &mut impl Source) -> Result<Stream, ProbeError> {
    let file_len = length(source)?;
    let mut film = Film { scale: 1_000_000, duration: None, video: None, has_audio: false };
    let mut packets = Vec::new();
    let (mut at, mut cluster, mut parts) = (0, 0_u64, 0);
    while at < file_len {
        count_part(&mut parts)?;
        let head = read_at(source, at, (file_len - at).min(12) as usize)?;
        let Some((id, size, header)) = element(&head) else {
            return Err(if file_len - at < 12 {
                truncated(format!("it ends inside an element at byte {at}"))
            } else {
                damaged(format!("there is no element at byte {at}"))
            });
        };
        let body = at + header;
        if matches!(id, SEGMENT | CLUSTER | BLOCK_GROUP) {
            at = body;
            continue;
        }
        let size = size.ok_or_else(|| damaged(format!("the element at byte {at} has no length")))?;
        if size > file_len - body {
            return Err(truncated(format!("it ends inside an element of {size} bytes at byte {at}")));
        }
        match id {
            EBML => doc_type(&table(source, body, size)?)?,
            INFO => info(&table(source, body, size)?, &mut film)?,
            TRACKS => tracks(&table(source, body, size)?, &mut film)?,
            TIMESTAMP => cluster = unsigned(&table(source, body, size)?),
            SIMPLE_BLOCK | BLOCK => {
                check_packets(packets.len() as u64 + 1)?;
                packets.extend(block(source, body, size, cluster, &film)?);
            }
            _ => {}
        }
        at = body + size;
    }
    finish(film, packets)
}

fn finish(film: Film, mut packets: Vec<Packet>) -> Result<Stream, ProbeError> {
    let video = film
        .video
        .ok_or_else(|| ProbeError::Unsupported { what: "a WebM file without a video track".into() })?;
    if video.encoded {
        return Err(ProbeError::Unsupported {
            what: "a WebM file with compressed or encrypted tracks".into(),
        });
    }
    let first = packets.iter().map(|packet| packet.pts).min().unwrap_or(0);
    let last = packets.iter().map(|packet| packet.pts).max().unwrap_or(0);
    let a_frame = match (video.frame_nanos, packets.len()) {
        (nanos @ 1..=10_000_000_000, _) => nanos as i64 / 1000,
        (_, count @ 2..) => last.saturating_sub(first) / (count as i64 - 1),
        _ => 40_000,
    };
    for packet in &mut packets {
        packet.pts = packet.pts.saturating_sub(first);
    }
    let measured = (last.saturating_sub(first).saturating_add(a_frame).max(0) as u64 + 500) / 1000;
    // Not more than 1000 hours, so that a wild number stays a number.
    let told = film.duration.map_or(0.0, |ticks| (ticks * film.scale as f64 / 1e6).clamp(0.0, 3.6e9)) as u64;
    Ok(Stream {
        container: Container::WebM,
        codec: match video.codec.as_str() {
            "V_VP9" => Codec::Vp9,
            "V_AV1" => Codec::Av1,
            other => Codec::Other(other.trim_start_matches("V_").to_ascii_lowercase()),
        },
        config: Vec::new(),
        width: video.width,
        height: video.height,
        turn: Turn::None,
        colour: video.colour,
        duration_ms: measured.max(told),
        has_audio: film.has_audio,
        packets,
    })
}

/// A block's place, if it belongs to the video track.
fn block(
    source: &mut impl Source,
    at: u64,
    size: u64,
    cluster: u64,
    film: &Film,
) -> Result<Option<Packet>, ProbeError> {
    let head = read_at(source, at, size.min(12) as usize)?;
    let short = || damaged(format!("the block at byte {at} is too short"));
    let (number, used) = vint(&head, true).ok_or_else(short)?;
    let (Some(time), Some(flags)) = (head.get(used..used + 2), head.get(used + 2)) else {
        return Err(short());
    };
    if film.video.as_ref().is_none_or(|video| Some(video.number) != number) {
        return Ok(None);
    }
    if flags & 0x06 != 0 {
        return Err(ProbeError::Unsupported { what: "a WebM file with laced video blocks".into() });
    }
    let header = used as u64 + 3;
    let ticks = i128::from(cluster) + i128::from(i16::from_be_bytes([time[0], time[1]]));
    let pts =
        i64::try_from(ticks * i128::from(film.scale) / 1000).map_err(|_| damaged("a time is absurd"))?;
    let size = u32::try_from(size - header).map_err(|_| damaged("a picture has over four gigabytes"))?;
    Ok(Some(Packet { offset: at + header, size, pts, shown: true }))
}

fn doc_type(body: &[u8]) -> Result<(), ProbeError> {
    let kind = children(body).find(|(id, _)| *id == DOC_TYPE).map_or(&b""[..], |(_, text)| text);
    match kind {
        b"webm" => Ok(()),
        b"matroska" => Err(ProbeError::Unsupported { what: "a Matroska (MKV) file".into() }),
        _ => Err(ProbeError::Unsupported { what: "an EBML file that is not WebM".into() }),
    }
}

fn info(body: &[u8], film: &mut Film) -> Result<(), ProbeError> {
    for (id, value) in children(body) {
        match (id, value.len()) {
            (TIMESTAMP_SCALE, _) => film.scale = unsigned(value),
            (DURATION, 4) => film.duration = value.try_into().ok().map(f32::from_be_bytes).map(f64::from),
            (DURATION, 8) => film.duration = value.try_into().ok().map(f64::from_be_bytes),
            _ => {}
        }
    }
    if film.scale == 0 || film.scale > 1_000_000_000 {
        return Err(damaged("its clock ticks in no sane unit"));
    }
    Ok(())
}

fn tracks(body: &[u8], film: &mut Film) -> Result<(), ProbeError> {
    for (_, entry) in children(body).filter(|(id, _)| *id == TRACK_ENTRY) {
        let kind = children(entry).find(|(id, _)| *id == TRACK_TYPE).map(|(_, value)| unsigned(value));
        match kind {
            Some(1) if film.video.is_none() => film.video = Some(video_track(entry)?),
            Some(2) => film.has_audio = true,
            _ => {}
        }
    }
    Ok(())
}

fn video_track(entry: &[u8]) -> Result<VideoTrack, ProbeError> {
    let mut track = VideoTrack::default();
    for (id, value) in children(entry) {
        match id {
            TRACK_NUMBER => track.number = unsigned(value),
            CODEC_ID => track.codec = String::from_utf8_lossy(value).trim_end_matches('\0').into(),
            DEFAULT_DURATION => track.frame_nanos = unsigned(value),
            CONTENT_ENCODINGS => track.encoded = true,
            VIDEO => picture(value, &mut track)?,
            _ => {}
        }
    }
    Ok(track)
}

fn picture(body: &[u8], track: &mut VideoTrack) -> Result<(), ProbeError> {
    let side =
        |value| u32::try_from(unsigned(value)).map_err(|_| damaged("its pictures have an absurd size"));
    for (id, value) in children(body) {
        match id {
            PIXEL_WIDTH => track.width = side(value)?,
            PIXEL_HEIGHT => track.height = side(value)?,
            COLOUR => {
                for (id, value) in children(value) {
                    match (id, unsigned(value)) {
                        (MATRIX, matrix @ (0 | 1 | 3..=255)) => track.colour.matrix = Some(matrix as u8),
                        (RANGE, range @ 1..=2) => track.colour.full_range = Some(range == 2),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn table(source: &mut impl Source, at: u64, size: u64) -> Result<Vec<u8>, ProbeError> {
    if size > MAX_TABLE_BYTES {
        return Err(ProbeError::TooLarge { what: "bytes of tables", found: size, most: MAX_TABLE_BYTES });
    }
    read_at(source, at, size as usize)
}

/// The elements that lie next to each other in `body`; a torn one ends the list.
fn children(body: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = body;
    std::iter::from_fn(move || {
        let (id, size, header) = element(rest)?;
        let from = header as usize;
        let content = rest.get(from..from.checked_add(usize::try_from(size?).ok()?)?)?;
        rest = &rest[from + content.len()..];
        Some((id, content))
    })
}

/// Identity, length (`None` if unknown) and header length of the element at the start of `bytes`.
fn element(bytes: &[u8]) -> Option<(u32, Option<u64>, u64)> {
    let (id, id_len) = vint(bytes, false)?;
    let (size, size_len) = vint(bytes.get(id_len..)?, true)?;
    Some((u32::try_from(id?).ok()?, size, (id_len + size_len) as u64))
}

/// A number that carries its own length in its leading bit; `strip` takes that bit away. All ones mean unknown.
fn vint(bytes: &[u8], strip: bool) -> Option<(Option<u64>, usize)> {
    let first = *bytes.first()?;
    let len = first.leading_zeros() as usize + 1;
    let value =
        bytes.get(..len).filter(|_| len <= 8)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
    let marker = 1_u64 << (7 * len);
    let stripped = value & (marker - 1);
    let known = !strip || stripped != marker - 1;
    Some((known.then_some(if strip { stripped } else { value }), len))
}

fn unsigned(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |value, byte| value << 8 | u64::from(*byte))
}
