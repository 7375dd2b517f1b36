//! How an ISO media file spells numbers and boxes. Big end first; a box is its length, its four letters, its content.

/// Appending numbers to a buffer.
pub(super) trait Out {
    fn u16(&mut self, value: u16);
    fn u32(&mut self, value: u32);
    fn u64(&mut self, value: u64);
    fn words(&mut self, values: &[u32]);
    fn zeros(&mut self, count: usize);
}

impl Out for Vec<u8> {
    fn u16(&mut self, value: u16) {
        self.extend_from_slice(&value.to_be_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.extend_from_slice(&value.to_be_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.extend_from_slice(&value.to_be_bytes());
    }

    fn words(&mut self, values: &[u32]) {
        for value in values {
            self.u32(*value);
        }
    }

    fn zeros(&mut self, count: usize) {
        self.resize(self.len() + count, 0);
    }
}

/// A box around whatever `content` writes. Only `mdat`, written elsewhere, may outgrow 32 bits.
pub(super) fn boxed(out: &mut Vec<u8>, kind: [u8; 4], content: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.u32(0);
    out.extend_from_slice(&kind);
    content(out);
    let len = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&len.to_be_bytes());
}

/// A box that starts with a version (0 here, always) and 24 bits of flags.
pub(super) fn full(out: &mut Vec<u8>, kind: [u8; 4], flags: u32, content: impl FnOnce(&mut Vec<u8>)) {
    boxed(out, kind, |out| {
        out.u32(flags);
        content(out);
    });
}

/// A table in run-length form, `(count, value)`, as `stts` has it.
pub(super) fn runs(out: &mut Vec<u8>, rows: &[(u32, u32)]) {
    out.u32(rows.len() as u32);
    for (count, value) in rows {
        out.u32(*count);
        out.u32(*value);
    }
}

/// The descriptor form inside `esds`: a tag, a length below 128, the content.
pub(super) fn descriptor(out: &mut Vec<u8>, tag: u8, content: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[tag, 0]);
    content(out);
    out[start + 1] = (out.len() - start - 2) as u8;
}
