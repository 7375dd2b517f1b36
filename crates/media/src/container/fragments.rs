//! Movie fragments: the samples of a film that was written while it was recorded or streamed.

use super::bytes::{Bytes, boxes, child, need};
use super::check_packets;
use super::tables::RawSample;
use crate::probe::ProbeError;

/// What a sample is like unless its fragment says otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Defaults {
    duration: u32,
    size: u32,
}

impl Defaults {
    /// From `mvex/trex`; zeros where there is none.
    pub(super) fn of_track(moov: &[u8], id: u32) -> Result<Self, ProbeError> {
        let Some(mvex) = child(moov, *b"mvex")? else { return Ok(Self::default()) };
        for found in boxes(mvex) {
            let (kind, body) = found?;
            let mut trex = Bytes(body);
            if kind == *b"trex" && {
                trex.u32()?;
                trex.u32()?
            } == id
            {
                trex.u32()?;
                return Ok(Self { duration: trex.u32()?, size: trex.u32()? });
            }
        }
        Ok(Self::default())
    }
}

/// Appends the samples that one `moof` (which begins at byte `start`) has for a track.
pub(super) fn append(
    moof: &[u8],
    start: u64,
    id: u32,
    defaults: Defaults,
    samples: &mut Vec<RawSample>,
) -> Result<(), ProbeError> {
    for found in boxes(moof) {
        let (kind, traf) = found?;
        if kind != *b"traf" {
            continue;
        }
        let mut tfhd = need(traf, *b"tfhd")?;
        let flags = tfhd.u32()?;
        if tfhd.u32()? != id {
            continue;
        }
        let base = if flags & 1 == 0 { start } else { tfhd.u64()? };
        if flags & 2 != 0 {
            tfhd.u32()?;
        }
        let mut local = defaults;
        if flags & 8 != 0 {
            local.duration = tfhd.u32()?;
        }
        if flags & 16 != 0 {
            local.size = tfhd.u32()?;
        }
        let mut now = samples.last().map_or(0, |sample| sample.decoded_at + i64::from(sample.duration));
        if let Some(tfdt) = child(traf, *b"tfdt")? {
            let mut tfdt = Bytes(tfdt);
            let version = (tfdt.u32()? >> 24) as u8;
            now = i64::try_from(tfdt.by_version(version)? & (u64::MAX >> 2)).unwrap_or(0);
        }
        let mut at = base;
        for found in boxes(traf) {
            let (kind, trun) = found?;
            if kind == *b"trun" {
                run(Bytes(trun), base, &mut at, &mut now, local, samples)?;
            }
        }
    }
    Ok(())
}

/// One `trun`: samples that lie next to each other.
fn run(
    mut trun: Bytes<'_>,
    base: u64,
    at: &mut u64,
    now: &mut i64,
    defaults: Defaults,
    samples: &mut Vec<RawSample>,
) -> Result<(), ProbeError> {
    let flags = trun.u32()?;
    let count = trun.u32()?;
    check_packets(samples.len() as u64 + u64::from(count))?;
    if flags & 1 != 0 {
        *at = base.saturating_add_signed(i64::from(trun.u32()? as i32));
    }
    if flags & 4 != 0 {
        trun.u32()?;
    }
    for _ in 0..count {
        let duration = if flags & 0x100 == 0 { defaults.duration } else { trun.u32()? };
        let size = if flags & 0x200 == 0 { defaults.size } else { trun.u32()? };
        if flags & 0x400 != 0 {
            trun.u32()?;
        }
        let delay = if flags & 0x800 == 0 { 0 } else { trun.u32()? as i32 };
        samples.push(RawSample { offset: *at, size, decoded_at: *now, delay, duration });
        *at = at.saturating_add(size.into());
        *now = now.saturating_add(duration.into());
    }
    Ok(())
}
