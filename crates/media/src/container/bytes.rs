//! Reading numbers from a slice that may end too soon. Every read says so instead of panicking.

use super::damaged;
use crate::probe::ProbeError;

/// The rest of a slice, eaten from the front; numbers are big end first.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], ProbeError> {
        let (front, rest) =
            self.0.split_at_checked(count).ok_or_else(|| damaged("one of its tables ends too soon"))?;
        self.0 = rest;
        Ok(front)
    }

    /// Up to eight bytes as one number.
    fn number(&mut self, count: usize) -> Result<u64, ProbeError> {
        Ok(self.take(count)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    pub(super) fn u8(&mut self) -> Result<u8, ProbeError> {
        Ok(self.number(1)? as u8)
    }

    pub(super) fn u16(&mut self) -> Result<u16, ProbeError> {
        Ok(self.number(2)? as u16)
    }

    pub(super) fn u32(&mut self) -> Result<u32, ProbeError> {
        Ok(self.number(4)? as u32)
    }

    pub(super) fn u64(&mut self) -> Result<u64, ProbeError> {
        self.number(8)
    }

    /// A count or time that is 64 bits wide in version 1 of its box and 32 bits before.
    pub(super) fn by_version(&mut self, version: u8) -> Result<u64, ProbeError> {
        self.number(if version == 1 { 8 } else { 4 })
    }
}

/// The boxes that lie next to each other in `body`, as (kind, content).
pub(super) fn boxes(body: &[u8]) -> impl Iterator<Item = Result<([u8; 4], &[u8]), ProbeError>> {
    let mut rest = Bytes(body);
    std::iter::from_fn(move || {
        // Less than a header is padding: QuickTime ends some lists with four zero bytes.
        (rest.0.len() >= 8).then(|| next_box(&mut rest)).map(|found| found.inspect_err(|_| rest = Bytes(&[])))
    })
}

fn next_box<'a>(rest: &mut Bytes<'a>) -> Result<([u8; 4], &'a [u8]), ProbeError> {
    let whole = rest.0.len();
    let short = rest.u32()? as usize;
    let kind = [rest.u8()?, rest.u8()?, rest.u8()?, rest.u8()?];
    let size = match short {
        0 => whole,
        1 => usize::try_from(rest.u64()?).unwrap_or(usize::MAX),
        size => size,
    };
    let header = whole - rest.0.len();
    let len = size.checked_sub(header).ok_or_else(|| damaged("a box is shorter than its own header"))?;
    Ok((kind, rest.take(len)?))
}

/// The first box of a kind, if there is one.
pub(super) fn child(body: &[u8], kind: [u8; 4]) -> Result<Option<&[u8]>, ProbeError> {
    boxes(body)
        .find(|found| found.as_ref().map_or(true, |(name, _)| *name == kind))
        .transpose()
        .map(|found| found.map(|(_, content)| content))
}

/// The first box of a kind that must be there.
pub(super) fn need(body: &[u8], kind: [u8; 4]) -> Result<Bytes<'_>, ProbeError> {
    let missing = || damaged(format!("its `{}` box is missing", kind.escape_ascii()));
    child(body, kind)?.map(Bytes).ok_or_else(missing)
}
