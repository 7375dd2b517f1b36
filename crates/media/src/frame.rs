//! One picture, the way the encoder wants it and every decoder delivers it.
//!
//! Planar I420, 8 bits a sample, BT.709 matrix, limited range (luma 16–235, chroma 16–240 around 128), rows without
//! padding, even sizes. There is one pixel format in this crate; whatever comes in is converted at the door.

/// A picture in I420, BT.709 limited range.
///
/// The fields are public so that a renderer can draw into the planes and an encoder can read them without a copy.
/// [`Frame::is_whole`] says whether they still fit together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Pixels a row, even.
    pub width: u32,
    /// Rows, even.
    pub height: u32,
    /// Luma, `width * height` bytes, row after row.
    pub y: Vec<u8>,
    /// Blue difference at half size both ways, `width / 2 * height / 2` bytes.
    pub u: Vec<u8>,
    /// Red difference, as `u`.
    pub v: Vec<u8>,
}

impl Frame {
    /// A black picture. Odd sizes are rounded up to the next even one.
    pub fn black(width: u32, height: u32) -> Self {
        let (width, height) = (width.next_multiple_of(2), height.next_multiple_of(2));
        let luma = width as usize * height as usize;
        Self { width, height, y: vec![16; luma], u: vec![128; luma / 4], v: vec![128; luma / 4] }
    }

    /// The luma plane as rows, top to bottom.
    pub fn luma(&self) -> impl Iterator<Item = &[u8]> {
        self.y.chunks_exact(self.width.max(1) as usize)
    }

    /// True when the sizes are even and every plane has exactly the bytes its size asks for.
    pub fn is_whole(&self) -> bool {
        let luma = self.width as usize * self.height as usize;
        self.width.is_multiple_of(2)
            && self.height.is_multiple_of(2)
            && self.y.len() == luma
            && self.u.len() == luma / 4
            && self.v.len() == luma / 4
    }
}

#[cfg(test)]
mod tests {
    use super::Frame;

    #[test]
    fn black_is_even_whole_and_limited_range() {
        let frame = Frame::black(5, 3);
        assert_eq!((frame.width, frame.height), (6, 4));
        assert!(frame.is_whole());
        assert_eq!(frame.luma().count(), 4);
        assert!(frame.luma().flatten().all(|&luma| luma == 16));
        assert!(frame.u.iter().chain(&frame.v).all(|&chroma| chroma == 128));
    }

    #[test]
    fn a_plane_of_the_wrong_length_is_noticed() {
        let mut frame = Frame::black(4, 4);
        frame.u.pop();
        assert!(!frame.is_whole());
    }
}
