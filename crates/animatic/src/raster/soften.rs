//! Softening: a plate out of focus. Done once when a set is painted, so that depth of field costs a frame nothing.

use super::Plate;

/// Blurs a plate by two boxes of this reach, in pixels; at its sides it goes on as it repeats.
pub(crate) fn soften(plate: &mut Plate, reach: usize) {
    let (width, stride, half, half_stride) =
        (plate.width, plate.stride(), plate.width / 2, plate.half_stride());
    for _ in 0..2 {
        for plane in [&mut plate.y, &mut plate.a] {
            blur(plane, (width, stride), reach);
        }
        for plane in [&mut plate.u, &mut plate.v, &mut plate.half_a] {
            blur(plane, (half, half_stride), reach.div_ceil(2));
        }
    }
}

fn blur(plane: &mut [u8], (width, stride): (usize, usize), reach: usize) {
    if reach == 0 || width <= 2 * reach + 1 {
        return;
    }
    let span = (2 * reach + 1) as u32;
    let mut line = vec![0u8; width];
    for row in plane.chunks_exact_mut(stride) {
        line.copy_from_slice(&row[..width]);
        let at = |x: usize| u32::from(line[(x + width) % width]);
        let mut sum: u32 = (0..=2 * reach).map(|x| at(x + width - reach)).sum();
        for (x, sample) in row[..width].iter_mut().enumerate() {
            *sample = ((sum + span / 2) / span) as u8;
            sum = sum + at(x + reach + 1) - at(x + width - reach);
        }
    }
    let (source, rows) = (plane.to_vec(), plane.len() / stride);
    let row = |y: isize| &source[y.clamp(0, rows as isize - 1) as usize * stride..][..width];
    let reach = reach as isize;
    let mut sums = vec![0u32; width];
    for y in -reach..=reach {
        sums.iter_mut().zip(row(y)).for_each(|(sum, sample)| *sum += u32::from(*sample));
    }
    for y in 0..rows as isize {
        let to = &mut plane[y as usize * stride..][..width];
        for (((to, sum), next), last) in
            to.iter_mut().zip(&mut sums).zip(row(y + reach + 1)).zip(row(y - reach))
        {
            *to = ((*sum + span / 2) / span) as u8;
            *sum = *sum + u32::from(*next) - u32::from(*last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_spreads_and_keeps_its_weight() {
        let mut plate = Plate::new(64, 40, 0, true);
        let stride = plate.stride();
        // At the seam, so that it must go on at the other side.
        plate.a[20 * stride] = 250;
        plate.a[20 * stride + 1] = 250;
        soften(&mut plate, 1);
        let row = |y: usize| &plate.a[y * stride..y * stride + 64];
        assert!(row(20)[63] > 0 && row(20)[2] > 0 && row(18)[0] > 0, "{:?}", row(20));
        assert!(row(20)[0] < 80);
        let weight: u32 = (0..40).flat_map(row).map(|a| u32::from(*a)).sum();
        assert!(weight.abs_diff(500) < 60, "{weight}");
    }
}
