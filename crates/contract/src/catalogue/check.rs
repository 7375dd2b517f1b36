//! Whether an entry of the catalogue makes sense: in itself, beside the entries before it, and in its dialect.
//!
//! One function per thing that can be wrong; the first flaw found refuses the file. What a dialect has no words for
//! (more than one image in sora, say) is refused here rather than silently unreachable.

use filmgate_domain::media::Size;
use filmgate_domain::money::{LARGEST, Micros};
use filmgate_domain::request::Dialect;

use super::{Durations, Model, one_of};

/// The longest film that a catalogue may promise, in seconds.
const LONGEST: u32 = 3600;

/// The sides that a picture may have, in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 64..=4096;

/// What is wrong with an entry, and at which key.
pub(super) struct Flaw {
    pub(super) key: &'static str,
    pub(super) reason: String,
}

/// The first thing that is wrong with `model`, given the models `before` it.
pub(super) fn flaw(model: &Model, before: &[Model]) -> Option<Flaw> {
    let checks = [
        name(model, before),
        business(model),
        durations(model),
        prices(model),
        pictures(model),
        media(model),
    ];
    checks.into_iter().find_map(Result::err)
}

/// Rows that name what is never made would never be charged.
fn prices(model: &Model) -> Checked {
    for row in &model.prices {
        ensure((0..=LARGEST.0).contains(&row.price.0), "prices", || {
            format!("prices has {}; a price must be 0 to {}", row.price.0, LARGEST.0)
        })?;
        ensure(row.duration.is_none_or(|only| model.durations.allow(only)), "prices", || {
            let only = row.duration.unwrap_or_default();
            format!("prices names duration {only}, which durations does not allow: {}", model.durations)
        })?;
        let made = |only: &String| model.pictures.iter().any(|picture| picture.resolution == *only);
        ensure(row.resolution.as_ref().is_none_or(made), "prices", || {
            let only = row.resolution.as_deref().unwrap_or_default();
            format!("prices names resolution {only}, which no picture has")
        })?;
    }
    Ok(())
}

type Checked = Result<(), Flaw>;

fn ensure(holds: bool, key: &'static str, reason: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(Flaw { key, reason: reason() }) }
}

fn name(model: &Model, before: &[Model]) -> Checked {
    ensure(filmgate_domain::id::well_formed(&model.name), "name", || {
        "a name has 1 to 64 letters, digits, `.`, `_` or `-`, and starts with a letter or digit".to_owned()
    })?;
    let twice = before.iter().any(|other| other.name == model.name);
    ensure(!twice, "name", || "the name is taken by an entry above".to_owned())
}

fn business(model: &Model) -> Checked {
    let payable = |price: &Micros| (0..=LARGEST.0).contains(&price.0);
    ensure(payable(&model.price), "price", || {
        format!("price is {}; it must be 0 to {}", model.price.0, LARGEST.0)
    })?;
    ensure(model.concurrency != Some(0), "concurrency", || {
        "concurrency must be at least 1; leave it out for no limit".to_owned()
    })?;
    let named = !model.upstreams.is_empty() && model.upstreams.iter().all(|name| !name.trim().is_empty());
    ensure(named, "upstreams", || {
        "upstreams must name at least one upstream, none of them blank".to_owned()
    })?;
    let twice = repeated(&model.upstreams);
    ensure(twice.is_none(), "upstreams", || {
        format!("upstreams names `{}` twice", twice.unwrap_or_default())
    })?;
    let (weights, upstreams) = (model.weights.len(), model.upstreams.len());
    ensure(weights == 0 || weights == upstreams, "weights", || {
        format!("weights has {weights} numbers for {upstreams} upstreams; give one for each, or none")
    })?;
    let some = model.weights.is_empty() || model.weights.iter().any(|weight| *weight > 0);
    ensure(some && model.weights.iter().all(|weight| *weight <= 1_000_000), "weights", || {
        "weights must be 0 to 1000000, and one of them more than 0".to_owned()
    })?;
    ensure(model.prompt_max > 0, "prompt_max", || "prompt_max must be at least 1".to_owned())
}

fn durations(model: &Model) -> Checked {
    let rising = match &model.durations {
        Durations::Listed(list) => !list.is_empty() && list.is_sorted_by(|one, next| one < next),
        Durations::Between { min, max } => min <= max,
    };
    ensure(rising, "durations", || "durations must rise, and name at least one".to_owned())?;
    let (shortest, longest) = match &model.durations {
        Durations::Listed(list) => (list[0], list[list.len() - 1]),
        Durations::Between { min, max } => (*min, *max),
    };
    ensure(shortest >= 1 && longest <= LONGEST, "durations", || {
        format!("durations must lie between 1 and {LONGEST} seconds")
    })?;
    let Some(default) = model.default_duration else { return Ok(()) };
    ensure(model.durations.allow(default), "default_duration", || {
        format!("default_duration is {default}, which durations does not allow: {}", model.durations)
    })
}

fn pictures(model: &Model) -> Checked {
    for picture in &model.pictures {
        let Size { width, height } = picture.size;
        let fits = [width, height].iter().all(|side| SIDES.contains(side) && side % 2 == 0);
        ensure(fits, "pictures", || {
            let (least, most) = (SIDES.start(), SIDES.end());
            format!("size {} is not possible: both sides must be even and {least} to {most}", picture.size)
        })?;
        ensure(!picture.resolution.trim().is_empty(), "pictures", || "a resolution is blank".to_owned())?;
        ensure(proportions_fit(&picture.ratio, picture.size), "pictures", || {
            format!("ratio `{}` is not what {} has; write it like 16:9", picture.ratio, picture.size)
        })?;
    }
    let names: Vec<_> = model.pictures.iter().map(|picture| (&picture.ratio, &picture.resolution)).collect();
    let sizes: Vec<_> = model.pictures.iter().map(|picture| picture.size).collect();
    let twice = repeated(&names).is_some() || repeated(&sizes).is_some();
    ensure(!twice, "pictures", || {
        "two pictures have the same ratio and resolution, or the same size".to_owned()
    })?;
    let (ratio, resolution) = (&model.default_ratio, &model.default_resolution);
    ensure(model.default_picture().is_some(), "default_ratio", || {
        let made: Vec<_> = model
            .pictures
            .iter()
            .map(|picture| format!("{} at {}", picture.ratio, picture.resolution))
            .collect();
        format!("the default, {ratio} at {resolution}, is not among pictures: {}", one_of(&made))
    })
}

/// Whether `size` has the proportions that `ratio` says, within two parts in a hundred.
fn proportions_fit(ratio: &str, size: Size) -> bool {
    let Some((wide, high)) = ratio.split_once(':') else { return false };
    let (Ok(wide), Ok(high)) = (wide.parse::<u16>(), high.parse::<u16>()) else { return false };
    let said = u64::from(wide) * u64::from(size.height);
    let is = u64::from(high) * u64::from(size.width);
    wide > 0 && high > 0 && said.abs_diff(is) * 50 <= is
}

fn media(model: &Model) -> Checked {
    if let Some(images) = &model.images {
        ensure(images.bytes_below > 0, "bytes_below", || "bytes_below must be at least 1".to_owned())?;
    }
    if let Some(videos) = &model.videos {
        ensure(videos.side_min <= videos.side_max, "side_min", || {
            format!("side_min is {}, more than side_max, {}", videos.side_min, videos.side_max)
        })?;
        let some = videos.total_seconds > 0 && videos.total_bytes > 0;
        ensure(some, "total_seconds", || "total_seconds and total_bytes must be at least 1".to_owned())?;
    }
    if model.dialect == Dialect::Sora {
        ensure(!model.takes_frames(), "frames", || "the sora dialect has no words for frames".to_owned())?;
        ensure(model.max_images() <= 1, "references", || {
            format!("references is {}; the sora dialect takes one image at most", model.max_images())
        })?;
        ensure(model.max_videos() == 0, "[model.videos]", || {
            "the sora dialect has no words for reference videos".to_owned()
        })?;
    }
    Ok(())
}

/// The first value that stands in `values` twice.
fn repeated<T: PartialEq + Clone>(values: &[T]) -> Option<T> {
    let mut places = values.iter().enumerate();
    places.find(|(place, value)| values[..*place].contains(value)).map(|(_, value)| value.clone())
}
