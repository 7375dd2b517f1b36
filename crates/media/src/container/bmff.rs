//! MP4 and MOV: boxes in boxes, with one table of contents (`moov`), before or after the pictures.
//!
//! Taken from it: the first video track, its codec and set-up, its turn, its colours, its edit list (the first real edit;
//! further ones and delays are ignored), and the samples, be they listed in the table or in fragments. Deliberately ignored:
//! pixel aspect ratios and clean apertures.

use super::bytes::{Bytes, boxes, child, need};
use super::fragments::{self, Defaults};
use super::tables::{self, RawSample};
use super::{
    Codec, Colour, MAX_TABLE_BYTES, Packet, Source, Stream, Turn, check_packets, count_part, damaged, length,
    read_at, truncated,
};
use crate::probe::{Container, ProbeError};

/// The video track before its samples were placed in time.
struct VideoTrack {
    id: u32,
    codec: Codec,
    config: Vec<u8>,
    width: u32,
    height: u32,
    turn: Turn,
    colour: Colour,
    /// Ticks a second.
    timescale: u32,
    /// The part that is shown: (first tick of the media, length in ticks of the movie).
    edit: Option<(i64, u64)>,
    samples: Vec<RawSample>,
}

pub(super) fn open(source: &mut impl Source, container: Container) -> Result<Stream, ProbeError> {
    let file_len = length(source)?;
    let (moov, moofs) = walk(source, file_len)?;
    let moov =
        moov.ok_or_else(|| truncated("it has no table of contents (`moov` box), so its end may be missing"))?;
    let movie_scale = movie_timescale(&moov)?;
    let (mut video, mut has_audio) = (None, false);
    for found in boxes(&moov) {
        let (kind, body) = found?;
        if kind == *b"trak" {
            match handler(body)? {
                Some(handler) if handler == *b"vide" && video.is_none() => video = Some(video_track(body)?),
                Some(handler) if handler == *b"soun" => has_audio = true,
                _ => {}
            }
        }
    }
    let mut video = video
        .ok_or_else(|| ProbeError::Unsupported { what: "an MP4 or MOV file without a video track".into() })?;
    if !moofs.is_empty() {
        let defaults = Defaults::of_track(&moov, video.id)?;
        for (start, body) in &moofs {
            fragments::append(body, *start, video.id, defaults, &mut video.samples)?;
        }
    }
    place(video, container, movie_scale, has_audio, file_len)
}

/// The `moov` body, and every `moof` with its place.
type Contents = (Option<Vec<u8>>, Vec<(u64, Vec<u8>)>);

/// Steps over the outermost boxes and keeps the tables among them.
fn walk(source: &mut impl Source, file_len: u64) -> Result<Contents, ProbeError> {
    let (mut moov, mut moofs, mut kept, mut at, mut parts) = (None, Vec::new(), 0, 0, 0);
    while at + 8 <= file_len {
        count_part(&mut parts)?;
        let head = read_at(source, at, (file_len - at).min(16) as usize)?;
        let mut head = Bytes(&head);
        let (short, kind) = (head.u32()?, [head.u8()?, head.u8()?, head.u8()?, head.u8()?]);
        let (header, size) = match short {
            0 => (8, file_len - at),
            1 => (16, head.u64()?),
            size => (8, size.into()),
        };
        if size < header {
            return Err(damaged(format!("the box at byte {at} is shorter than its own header")));
        }
        if size > file_len - at {
            return Err(truncated(format!(
                "its `{}` box needs {size} bytes from byte {at}, but the file ends after {file_len}",
                kind.escape_ascii()
            )));
        }
        if kind == *b"moov" || kind == *b"moof" {
            kept += size;
            if kept > MAX_TABLE_BYTES {
                return Err(ProbeError::TooLarge {
                    what: "bytes of tables",
                    found: kept,
                    most: MAX_TABLE_BYTES,
                });
            }
            let body = read_at(source, at + header, (size - header) as usize)?;
            if kind == *b"moof" {
                moofs.push((at, body));
            } else if moov.is_none() {
                moov = Some(body);
            }
        }
        at += size;
    }
    Ok((moov, moofs))
}

/// Version of a full box; its flags are skipped.
fn version(body: &mut Bytes<'_>) -> Result<u8, ProbeError> {
    Ok((body.u32()? >> 24) as u8)
}

fn movie_timescale(moov: &[u8]) -> Result<u32, ProbeError> {
    let mut mvhd = need(moov, *b"mvhd")?;
    let version = version(&mut mvhd)?;
    mvhd.take(if version == 1 { 16 } else { 8 })?;
    mvhd.u32()
}

fn handler(trak: &[u8]) -> Result<Option<[u8; 4]>, ProbeError> {
    let Some(mdia) = child(trak, *b"mdia")? else { return Ok(None) };
    let Some(hdlr) = child(mdia, *b"hdlr")? else { return Ok(None) };
    Ok(hdlr.get(8..12).and_then(|kind| kind.try_into().ok()))
}

fn video_track(trak: &[u8]) -> Result<VideoTrack, ProbeError> {
    let (id, turn) = track_header(trak)?;
    let mdia = need(trak, *b"mdia")?.0;
    let mut mdhd = need(mdia, *b"mdhd")?;
    let version = version(&mut mdhd)?;
    mdhd.take(if version == 1 { 16 } else { 8 })?;
    let timescale = mdhd.u32()?;
    if timescale == 0 {
        return Err(damaged("its video track has zero ticks a second"));
    }
    let stbl = need(need(mdia, *b"minf")?.0, *b"stbl")?.0;
    let mut stsd = need(stbl, *b"stsd")?;
    stsd.take(8)?; // version, flags, number of descriptions: the first one counts
    let (kind, entry) =
        boxes(stsd.0).next().ok_or_else(|| damaged("its video track has no sample description"))??;
    let mut fields = Bytes(entry);
    fields.take(24)?;
    let (width, height) = (fields.u16()?.into(), fields.u16()?.into());
    fields.take(50)?;
    let (codec, config) = codec(kind, fields.0)?;
    Ok(VideoTrack {
        id,
        codec,
        config,
        width,
        height,
        turn,
        colour: colour(fields.0)?,
        timescale,
        edit: edit(trak)?,
        samples: tables::samples(stbl)?,
    })
}

fn track_header(trak: &[u8]) -> Result<(u32, Turn), ProbeError> {
    let mut tkhd = need(trak, *b"tkhd")?;
    let version = version(&mut tkhd)?;
    tkhd.take(if version == 1 { 16 } else { 8 })?;
    let id = tkhd.u32()?;
    tkhd.take(if version == 1 { 12 } else { 8 })?;
    tkhd.take(16)?; // reserved, layer, group, volume
    let mut signs = [0; 4];
    for (index, sign) in [0, 1, 3, 4].into_iter().zip(&mut signs) {
        let value = Bytes(tkhd.0.get(index * 4..).unwrap_or(&[])).u32()? as i32;
        *sign = value.signum();
    }
    let turn = match signs {
        [0, 1, -1, 0] => Turn::Quarter,
        [-1, 0, 0, -1] => Turn::Half,
        [0, -1, 1, 0] => Turn::ThreeQuarters,
        _ => Turn::None,
    };
    Ok((id, turn))
}

fn codec(kind: [u8; 4], children: &[u8]) -> Result<(Codec, Vec<u8>), ProbeError> {
    let config = |name| Ok::<_, ProbeError>(need(children, name)?.0.to_vec());
    Ok(match &kind {
        b"avc1" | b"avc3" => (Codec::H264, config(*b"avcC")?),
        b"hvc1" | b"hev1" => (Codec::Hevc, config(*b"hvcC")?),
        b"vp09" => (Codec::Vp9, Vec::new()),
        b"av01" => (Codec::Av1, config(*b"av1C")?),
        other => (Codec::Other(name_of(*other)), Vec::new()),
    })
}

/// What people call a codec that cannot be decoded here.
fn name_of(kind: [u8; 4]) -> String {
    match &kind {
        b"vp08" => "vp8".into(),
        b"mp4v" => "mpeg4".into(),
        b"apch" | b"apcn" | b"apcs" | b"apco" | b"ap4h" | b"ap4x" => "prores".into(),
        b"jpeg" | b"mjpa" | b"mjpb" => "mjpeg".into(),
        b"encv" => "encrypted video".into(),
        other => other.escape_ascii().to_string(),
    }
}

/// `colr`: in MP4 with a range bit (`nclx`), in MOV without (`nclc`).
fn colour(children: &[u8]) -> Result<Colour, ProbeError> {
    let Some(colr) = child(children, *b"colr")? else { return Ok(Colour::default()) };
    let mut colr = Bytes(colr);
    let kind = colr.take(4)?;
    if kind != b"nclx" && kind != b"nclc" {
        return Ok(Colour::default());
    }
    colr.take(4)?;
    let matrix = colr.u16()?;
    let full_range = if kind == b"nclx" { Some(colr.u8()? & 0x80 != 0) } else { None };
    Ok(Colour { full_range, matrix: u8::try_from(matrix).ok().filter(|matrix| *matrix != 2) })
}

/// The first edit that shows something.
fn edit(trak: &[u8]) -> Result<Option<(i64, u64)>, ProbeError> {
    let Some(edts) = child(trak, *b"edts")? else { return Ok(None) };
    let Some(elst) = child(edts, *b"elst")? else { return Ok(None) };
    let mut elst = Bytes(elst);
    let version = version(&mut elst)?;
    for _ in 0..elst.u32()? {
        let length = elst.by_version(version)?;
        let start = elst.by_version(version)?;
        elst.u32()?;
        let start = if version == 1 { start as i64 } else { i64::from(start as u32 as i32) };
        if start >= 0 {
            return Ok(Some((start, length)));
        }
    }
    Ok(None)
}

/// Turns ticks into microseconds, marks what is shown, and checks that every sample lies inside the file.
fn place(
    video: VideoTrack,
    container: Container,
    movie_scale: u32,
    has_audio: bool,
    file_len: u64,
) -> Result<Stream, ProbeError> {
    check_packets(video.samples.len() as u64)?;
    let micros = |ticks: i64| (i128::from(ticks) * 1_000_000 / i128::from(video.timescale)) as i64;
    let first = video.samples.iter().map(RawSample::shown_at).min().unwrap_or(0);
    let last = video.samples.iter().map(RawSample::ends_at).max().unwrap_or(0);
    let start = video.edit.map_or(first, |(start, _)| start);
    let mut end = micros(last.saturating_sub(start)).max(0);
    if let Some((_, length @ 1..)) = video.edit.filter(|_| movie_scale > 0) {
        end = end.min((i128::from(length) * 1_000_000 / i128::from(movie_scale)) as i64);
    }
    let packets = video.samples.iter().enumerate().map(|(index, sample)| {
        if sample.offset.checked_add(sample.size.into()).is_none_or(|to| to > file_len) {
            return Err(truncated(format!("picture {index} lies behind the end of the file")));
        }
        let pts = micros(sample.shown_at().saturating_sub(start));
        Ok(Packet { offset: sample.offset, size: sample.size, pts, shown: (0..end).contains(&pts) })
    });
    Ok(Stream {
        container,
        packets: packets.collect::<Result<_, _>>()?,
        codec: video.codec,
        config: video.config,
        width: video.width,
        height: video.height,
        turn: video.turn,
        colour: video.colour,
        duration_ms: (end as u64 + 500) / 1000,
        has_audio,
    })
}
