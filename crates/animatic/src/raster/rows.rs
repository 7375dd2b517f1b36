//! Row operations: the only loops that run for every pixel of every frame. Integers throughout.
//!
//! Samples that carry an alpha are premultiplied, so that moving a row by a fraction of a pixel is a plain mix of
//! neighbours and laying it over the picture is one multiplication.

/// `value / 255`, rounded, for products of two bytes.
#[inline]
pub(crate) fn div255(product: u16) -> u16 {
    let rounded = product + 128;
    (rounded + (rounded >> 8)) >> 8
}

/// Lays premultiplied `src` over `dst`.
#[inline]
pub(crate) fn over(dst: &mut [u8], src: &[u8], alpha: &[u8]) {
    for ((d, s), a) in dst.iter_mut().zip(src).zip(alpha) {
        *d = s.wrapping_add(div255(u16::from(*d) * u16::from(255 - *a)) as u8);
    }
}

/// Lays one flat sample over `dst` through a mask.
#[inline]
pub(crate) fn over_flat(dst: &mut [u8], sample: u8, mask: &[u8]) {
    let sample = u16::from(sample);
    for (d, m) in dst.iter_mut().zip(mask) {
        let m = u16::from(*m);
        *d = div255(sample * m + u16::from(*d) * (255 - m)) as u8;
    }
}

/// The mix of two rows, `part` (0..=128) of the way from `a` to `b`.
#[inline]
pub(crate) fn mix_rows(out: &mut [u8], a: &[u8], b: &[u8], part: u16) {
    for ((o, a), b) in out.iter_mut().zip(a).zip(b) {
        *o = ((u16::from(*a) * (128 - part) + u16::from(*b) * part + 64) >> 7) as u8;
    }
}

/// The mix of two rows, `part` (0..=255) of the way from `dst` to `src`; both ends are exact.
#[inline]
pub(crate) fn dissolve(dst: &mut [u8], src: &[u8], part: u8) {
    let part = u16::from(part);
    for (d, s) in dst.iter_mut().zip(src) {
        *d = div255(u16::from(*d) * (255 - part) + u16::from(*s) * part) as u8;
    }
}

/// Samples `src` from `start`, `step` apart (16.16 fixed point, non-negative), mixing neighbours.
#[inline]
pub(crate) fn stretch(out: &mut [u8], src: &[u8], start: i64, step: i64) {
    let last = src.len() - 2;
    let mut at = start.max(0) as u64;
    let step = step.max(0) as u64;
    for o in out {
        let index = ((at >> 16) as usize).min(last);
        let part = ((at >> 9) & 127) as u16;
        let pair = &src[index..index + 2];
        *o = ((u16::from(pair[0]) * (128 - part) + u16::from(pair[1]) * part + 64) >> 7) as u8;
        at += step;
    }
}

/// Multiplies by a row of gains (256ths) and a gain for the whole row.
#[inline]
pub(crate) fn vignette(row: &mut [u8], gains: &[u16], whole: u16) {
    for (sample, gain) in row.iter_mut().zip(gains) {
        let light = u16::from(sample.saturating_sub(16));
        let gain = (*gain * whole) >> 8;
        *sample = 16 + ((light * gain) >> 8) as u8;
    }
}

/// Adds a signed table, saturating; what grain and paper are made of.
#[inline]
pub(crate) fn add_signed(row: &mut [u8], table: &[i8]) {
    for (sample, offset) in row.iter_mut().zip(table) {
        *sample = sample.saturating_add_signed(*offset);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_by_255_is_exact_for_every_product() {
        for product in 0..=255u32 * 255 {
            assert_eq!(u32::from(div255(product as u16)), (product + 127) / 255, "{product}");
        }
    }

    #[test]
    fn laying_over_keeps_the_ends() {
        let mut row = [10, 10, 10];
        over(&mut row, &[0, 200, 60], &[0, 255, 128]);
        assert_eq!(row, [10, 200, 65]);
        let mut row = [40, 90];
        dissolve(&mut row, &[200, 16], 0);
        assert_eq!(row, [40, 90]);
        dissolve(&mut row, &[200, 16], 255);
        assert_eq!(row, [200, 16]);
    }

    #[test]
    fn stretching_by_one_copies() {
        let src: Vec<u8> = (0..50).collect();
        let mut out = [0u8; 40];
        stretch(&mut out, &src, 3 << 16, 1 << 16);
        assert_eq!(out[..], src[3..43]);
    }
}
