//! The sample table of an MP4 track, spread from its run-length tables into one row a sample.

use super::bytes::{Bytes, child, need};
use super::{check_packets, damaged};
use crate::probe::ProbeError;

/// One sample, in the ticks of its track.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RawSample {
    pub(super) offset: u64,
    pub(super) size: u32,
    pub(super) decoded_at: i64,
    /// From decoding to showing.
    pub(super) delay: i32,
    pub(super) duration: u32,
}

impl RawSample {
    pub(super) fn shown_at(&self) -> i64 {
        self.decoded_at.saturating_add(self.delay.into())
    }

    pub(super) fn ends_at(&self) -> i64 {
        self.shown_at().saturating_add(self.duration.into())
    }
}

pub(super) fn samples(stbl: &[u8]) -> Result<Vec<RawSample>, ProbeError> {
    let mut samples = sizes(stbl)?;
    if !samples.is_empty() {
        times(stbl, &mut samples)?;
        delays(stbl, &mut samples)?;
        places(stbl, &mut samples)?;
    }
    Ok(samples)
}

fn sizes(stbl: &[u8]) -> Result<Vec<RawSample>, ProbeError> {
    let Some(stsz) = child(stbl, *b"stsz")? else {
        return Err(damaged("its sample table has no sizes (`stsz` box)"));
    };
    let mut stsz = Bytes(stsz);
    stsz.u32()?;
    let (fixed, count) = (stsz.u32()?, stsz.u32()?);
    let count = check_packets(count.into())?;
    let mut samples = vec![RawSample { size: fixed, ..RawSample::default() }; count];
    if fixed == 0 {
        for sample in &mut samples {
            sample.size = stsz.u32()?;
        }
    }
    Ok(samples)
}

/// `stts`: how long each sample lasts. A table that is too short leaves its last duration in force.
fn times(stbl: &[u8], samples: &mut [RawSample]) -> Result<(), ProbeError> {
    let mut stts = need(stbl, *b"stts")?;
    stts.u32()?;
    let rows = stts.u32()?;
    let (mut now, mut next) = (0_i64, 0);
    let mut duration = 0;
    for _ in 0..rows {
        let count = stts.u32()? as usize;
        duration = stts.u32()?;
        for sample in samples.iter_mut().skip(next).take(count) {
            (sample.decoded_at, sample.duration) = (now, duration);
            now += i64::from(duration);
        }
        next = next.saturating_add(count).min(samples.len());
    }
    for sample in samples.iter_mut().skip(next) {
        (sample.decoded_at, sample.duration) = (now, duration);
        now += i64::from(duration);
    }
    Ok(())
}

/// `ctts`: how much later each sample is shown. Signed in both versions, as writers really use it.
fn delays(stbl: &[u8], samples: &mut [RawSample]) -> Result<(), ProbeError> {
    let Some(ctts) = child(stbl, *b"ctts")? else { return Ok(()) };
    let mut ctts = Bytes(ctts);
    ctts.u32()?;
    let rows = ctts.u32()?;
    let mut next = 0_usize;
    for _ in 0..rows {
        let count = ctts.u32()? as usize;
        let delay = ctts.u32()? as i32;
        for sample in samples.iter_mut().skip(next).take(count) {
            sample.delay = delay;
        }
        next = next.saturating_add(count).min(samples.len());
    }
    Ok(())
}

/// `stsc` (samples a chunk) and `stco` or `co64` (where the chunks lie).
fn places(stbl: &[u8], samples: &mut [RawSample]) -> Result<(), ProbeError> {
    let (mut chunks, wide) = match child(stbl, *b"co64")? {
        Some(co64) => (Bytes(co64), true),
        None => (need(stbl, *b"stco")?, false),
    };
    chunks.u32()?;
    let chunk_count = chunks.u32()?;
    let mut stsc = need(stbl, *b"stsc")?;
    stsc.u32()?;
    let mut rows_left = stsc.u32()?;
    let mut row = |left: &mut u32| -> Result<(u32, u32), ProbeError> {
        if *left == 0 {
            return Ok((u32::MAX, 0));
        }
        *left -= 1;
        let found = (stsc.u32()?, stsc.u32()?);
        stsc.u32()?;
        Ok(found)
    };
    let (_, mut a_chunk) = row(&mut rows_left)?;
    let mut following = row(&mut rows_left)?;
    let mut next = samples.iter_mut();
    for chunk in 1..=chunk_count {
        if chunk >= following.0 {
            a_chunk = following.1;
            following = row(&mut rows_left)?;
        }
        let mut at = if wide { chunks.u64()? } else { chunks.u32()?.into() };
        for sample in next.by_ref().take(a_chunk as usize) {
            sample.offset = at;
            at = at.saturating_add(sample.size.into());
        }
        if next.len() == 0 {
            return Ok(());
        }
    }
    if next.len() == 0 { Ok(()) } else { Err(damaged("its chunks hold fewer samples than its sizes say")) }
}
