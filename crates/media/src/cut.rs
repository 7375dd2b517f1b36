//! Cutting a film short without touching its pictures: the tables in its index (`moov`) are shortened in place, and what
//! they no longer name stays in the file unread. The shorter index takes the place of the longer one, with a `free` box
//! behind it, so that no offset changes. Nothing is decoded; the cost is the index's, whatever the film weighs.
//!
//! Box layouts are those of ISO/IEC 14496-12. A film in fragments has no such tables and is left as it is.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// The largest index that is read.
const LARGEST: u64 = 64 << 20;
/// How many boxes a file may begin with before its index.
const MOST_BOXES: usize = 10_000;

/// Ends the film in `file` after `millis`. Says whether anything was changed: a film that is no longer, and one in
/// fragments, stays as it is.
pub fn cut(file: &File, millis: u64) -> io::Result<bool> {
    let Some((at, length)) = index(file)? else { return Ok(false) };
    let mut whole = vec![0; usize::try_from(length).unwrap_or(0)];
    file.read_exact_at(&mut whole, at)?;
    let Some(body) = whole.get(8..) else { return Ok(false) };
    let Some(mut moov) = Boxed::children(body) else { return Ok(false) };
    if moov.iter().any(|child| child.kind == *b"mvex") {
        return Ok(false);
    }
    let Some(limit) = Limit::of(&moov, millis) else { return Ok(false) };
    let mut changed = false;
    for child in &mut moov {
        match &child.kind {
            b"mvhd" => child.clamp_duration(16, 24, limit.in_movie),
            b"trak" => match limit.track(&child.body) {
                Some(Cut::Shorter(body)) => {
                    child.body = body;
                    changed = true;
                }
                Some(Cut::AsItIs) => {}
                None => return Ok(false),
            },
            _ => {}
        }
    }
    if !changed {
        return Ok(false);
    }
    let mut short = Boxed { kind: *b"moov", body: join(&moov) }.write();
    let Some(gap) = whole.len().checked_sub(short.len()).filter(|gap| *gap == 0 || *gap >= 8) else {
        return Ok(false);
    };
    if gap > 0 {
        short.extend(Boxed { kind: *b"free", body: vec![0; gap - 8] }.write());
    }
    file.write_all_at(&short, at)?;
    file.sync_all()?;
    Ok(true)
}

/// Where the index is, and how long with its head.
fn index(file: &File) -> io::Result<Option<(u64, u64)>> {
    let (end, mut at) = (file.metadata()?.len(), 0);
    for _ in 0..MOST_BOXES {
        let mut head = [0; 16];
        if at + 8 > end {
            return Ok(None);
        }
        let read = file.read_at(&mut head, at)?;
        let small = u64::from(number(&head, 0).unwrap_or(0));
        let length = match small {
            0 => end - at,
            1 if read == 16 => u64::from_be_bytes(head[8..].try_into().unwrap_or_default()),
            length => length,
        };
        if length < 8 || length > end - at {
            return Ok(None);
        }
        if &head[4..8] == b"moov" {
            return Ok((small > 1 && length <= LARGEST).then_some((at, length)));
        }
        at += length;
    }
    Ok(None)
}

/// A box: its kind and what is in it.
#[derive(Clone, Debug)]
struct Boxed {
    kind: [u8; 4],
    body: Vec<u8>,
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn set(bytes: &mut [u8], at: usize, number: u32) {
    if let Some(place) = bytes.get_mut(at..at + 4) {
        place.copy_from_slice(&number.to_be_bytes());
    }
}

fn join(boxes: &[Boxed]) -> Vec<u8> {
    boxes.iter().flat_map(Boxed::write).collect()
}

impl Boxed {
    /// The boxes that `body` is made of; nothing when it is not.
    fn children(body: &[u8]) -> Option<Vec<Self>> {
        let (mut all, mut rest) = (Vec::new(), body);
        while !rest.is_empty() {
            let length = number(rest, 0)? as usize;
            let (one, after) = rest.split_at_checked(length).filter(|_| length >= 8)?;
            all.push(Self { kind: one[4..8].try_into().ok()?, body: one[8..].to_vec() });
            rest = after;
        }
        Some(all)
    }

    fn write(&self) -> Vec<u8> {
        let length = u32::try_from(self.body.len() + 8).unwrap_or(u32::MAX);
        [&length.to_be_bytes(), &self.kind[..], &self.body].concat()
    }

    /// Lowers the duration that stands at `narrow`, or at `wide` in a box of version 1.
    fn clamp_duration(&mut self, narrow: usize, wide: usize, most: u64) {
        if self.body.first() == Some(&1) {
            if let Some(place) = self.body.get_mut(wide..wide + 8) {
                let now = u64::from_be_bytes(place.try_into().unwrap_or_default());
                place.copy_from_slice(&now.min(most).to_be_bytes());
            }
        } else if let Some(now) = number(&self.body, narrow) {
            set(&mut self.body, narrow, u64::from(now).min(most) as u32);
        }
    }

    /// The units in a second that stand in an `mvhd` or `mdhd`.
    fn timescale(&self) -> Option<u64> {
        let at = if self.body.first()? == &1 { 20 } else { 12 };
        number(&self.body, at).map(u64::from).filter(|scale| *scale > 0)
    }

    /// A table's fixed-length entries, behind its version and count.
    fn entries<const N: usize>(&self) -> Option<Vec<[u32; N]>> {
        let count = number(&self.body, 4)? as usize;
        let entry = |place: usize| {
            let mut entry = [0; N];
            for (field, value) in entry.iter_mut().enumerate() {
                *value = number(&self.body, 8 + (place * N + field) * 4)?;
            }
            Some(entry)
        };
        if self.body.len() < 8 + count.checked_mul(N * 4)? {
            return None;
        }
        (0..count).map(entry).collect()
    }

    fn set_entries<const N: usize>(&mut self, entries: &[[u32; N]]) {
        self.body.truncate(4);
        self.body.extend((entries.len() as u32).to_be_bytes());
        self.body.extend(entries.iter().flatten().flat_map(|number| number.to_be_bytes()));
    }
}

/// What became of a track.
enum Cut {
    /// It ends there now.
    Shorter(Vec<u8>),
    /// It was no longer.
    AsItIs,
}

/// Where the film ends.
struct Limit {
    millis: u64,
    /// In the movie's own units.
    in_movie: u64,
}

impl Limit {
    fn of(moov: &[Boxed], millis: u64) -> Option<Self> {
        let scale = moov.iter().find(|child| child.kind == *b"mvhd")?.timescale()?;
        Some(Self { millis, in_movie: millis.checked_mul(scale)? / 1000 })
    }

    /// A track that ends there; nothing when it cannot be read.
    fn track(&self, body: &[u8]) -> Option<Cut> {
        let mut track = Boxed::children(body)?;
        let skipped = track
            .iter()
            .find(|child| child.kind == *b"edts")
            .map_or(Some(0), |edits| skipped(&edits.body))?;
        let media = track.iter_mut().find(|child| child.kind == *b"mdia")?;
        let Cut::Shorter(short) = self.media(&media.body, skipped)? else { return Some(Cut::AsItIs) };
        media.body = short;
        for child in &mut track {
            match &child.kind {
                b"tkhd" => child.clamp_duration(20, 28, self.in_movie),
                b"edts" => child.body = self.edits(&child.body)?,
                _ => {}
            }
        }
        Some(Cut::Shorter(join(&track)))
    }

    /// Edits that end there.
    fn edits(&self, body: &[u8]) -> Option<Vec<u8>> {
        let mut boxes = Boxed::children(body)?;
        let list = boxes.iter_mut().find(|child| child.kind == *b"elst")?;
        if list.body.first()? != &0 {
            return None;
        }
        let mut left = self.in_movie;
        let mut entries = list.entries::<3>()?;
        for entry in &mut entries {
            entry[0] = u64::from(entry[0]).min(left) as u32;
            left -= u64::from(entry[0]);
        }
        list.set_entries(&entries);
        Some(join(&boxes))
    }

    fn media(&self, body: &[u8], skipped: u64) -> Option<Cut> {
        let mut media = Boxed::children(body)?;
        let scale = media.iter().find(|child| child.kind == *b"mdhd")?.timescale()?;
        let end = skipped + self.millis.checked_mul(scale)? / 1000;
        let info = media.iter_mut().find(|child| child.kind == *b"minf")?;
        let mut parts = Boxed::children(&info.body)?;
        let tables = parts.iter_mut().find(|child| child.kind == *b"stbl")?;
        let mut stbl = Boxed::children(&tables.body)?;
        let times = stbl.iter().find(|child| child.kind == *b"stts")?.entries::<2>()?;
        let (kept, length) = samples_before(&times, end);
        let all: u64 = times.iter().map(|[count, _]| u64::from(*count)).sum();
        if u64::from(kept) >= all || kept == 0 {
            return Some(Cut::AsItIs);
        }
        shorten(&mut stbl, kept)?;
        tables.body = join(&stbl);
        info.body = join(&parts);
        for child in &mut media {
            if child.kind == *b"mdhd" {
                child.clamp_duration(16, 24, length);
            }
        }
        Some(Cut::Shorter(join(&media)))
    }
}

/// How much of the media an edit list skips at the beginning, in the media's units.
fn skipped(body: &[u8]) -> Option<u64> {
    let boxes = Boxed::children(body)?;
    let list = boxes.iter().find(|child| child.kind == *b"elst")?;
    if list.body.first()? != &0 {
        return None;
    }
    let entries = list.entries::<3>()?;
    Some(entries.iter().find(|entry| entry[1] != u32::MAX).map_or(0, |entry| u64::from(entry[1])))
}

/// How many samples begin before `end`, and how long they last.
fn samples_before(times: &[[u32; 2]], end: u64) -> (u32, u64) {
    let (mut kept, mut now) = (0_u32, 0_u64);
    for [count, delta] in times {
        let room =
            if *delta == 0 { u64::from(*count) } else { end.saturating_sub(now).div_ceil(u64::from(*delta)) };
        let taken = room.min(u64::from(*count));
        kept = kept.saturating_add(taken as u32);
        now += taken * u64::from(*delta);
        if taken < u64::from(*count) {
            break;
        }
    }
    (kept, now)
}

/// Lets every table end after `kept` samples.
fn shorten(stbl: &mut Vec<Boxed>, kept: u32) -> Option<()> {
    // Groups of samples are for seeking in other codecs than those that are cut here.
    stbl.retain(|child| !matches!(&child.kind, b"sbgp" | b"sgpd"));
    let mut chunks = None;
    for child in stbl.iter_mut() {
        match &child.kind {
            b"stts" | b"ctts" => {
                let mut left = kept;
                let mut runs = child.entries::<2>()?;
                runs.retain_mut(|[count, _]| {
                    *count = (*count).min(left);
                    left -= *count;
                    *count > 0
                });
                child.set_entries(&runs);
            }
            b"stss" => {
                let mut keys = child.entries::<1>()?;
                keys.retain(|[sample]| *sample <= kept);
                child.set_entries(&keys);
            }
            b"stsz" => {
                let uniform = number(&child.body, 4)? > 0;
                set(&mut child.body, 8, kept);
                if !uniform {
                    child.body.truncate(12 + kept as usize * 4);
                }
            }
            b"sdtp" => child.body.truncate(4 + kept as usize),
            b"stsc" => {
                let (runs, count) = chunked(&child.entries::<3>()?, kept)?;
                child.set_entries(&runs);
                chunks = Some(count);
            }
            b"stz2" => return None,
            _ => {}
        }
    }
    let chunks = chunks? as usize;
    for child in stbl {
        let width = match &child.kind {
            b"stco" => 4,
            b"co64" => 8,
            _ => continue,
        };
        if (number(&child.body, 4)? as usize) < chunks {
            return None;
        }
        child.body.truncate(8 + chunks * width);
        set(&mut child.body, 4, chunks as u32);
    }
    Some(())
}

/// The runs of chunks that hold the first `kept` samples, and how many chunks those are. The last may be partly used.
fn chunked(runs: &[[u32; 3]], kept: u32) -> Option<(Vec<[u32; 3]>, u32)> {
    let (mut left, mut short) = (kept, Vec::new());
    for (place, [first, each, description]) in runs.iter().copied().enumerate() {
        let each = if each == 0 { return None } else { each };
        let after = runs.get(place + 1).map(|next| next[0]);
        let whole = after.map_or(u32::MAX, |after| after.saturating_sub(first));
        let used = (left / each).min(whole);
        if used > 0 {
            short.push([first, each, description]);
        }
        left -= used * each;
        if used < whole {
            if left > 0 {
                short.push([first + used, left, description]);
            }
            return Some((short, first + used - u32::from(left == 0)));
        }
        if left == 0 {
            return Some((short, first + used - 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_counted_by_their_beginning() {
        let times = [[10, 100], [5, 200]];
        assert_eq!(samples_before(&times, 1000), (10, 1000));
        assert_eq!(samples_before(&times, 1001), (11, 1200));
        assert_eq!(samples_before(&times, 50), (1, 100));
        assert_eq!(samples_before(&times, 9999), (15, 2000));
    }

    #[test]
    fn chunks_end_where_their_samples_do() {
        let runs = [[1, 4, 1], [3, 2, 1]];
        assert_eq!(chunked(&runs, 8), Some((vec![[1, 4, 1]], 2)));
        assert_eq!(chunked(&runs, 6), Some((vec![[1, 4, 1], [2, 2, 1]], 2)));
        assert_eq!(chunked(&runs, 3), Some((vec![[1, 3, 1]], 1)));
        assert_eq!(chunked(&runs, 11), Some((vec![[1, 4, 1], [3, 2, 1], [4, 1, 1]], 4)));
        assert_eq!(chunked(&[[1, 0, 1]], 3), None);
    }
}
