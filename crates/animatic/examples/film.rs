//! Makes one film and says what it cost.
//!
//! `cargo run --release -p filmgate-animatic --example film -- PROMPT OUT.mp4 [--size 1280x720] [--seconds 8] [--seed 1]
//! [--threads N] [--image F] [--first F --last F] [--ref-image F]… [--ref-video F]…
//! [--frames-dir DIR [--every N]] [--raw FILE]`

use filmgate_animatic::{Brief, Guidance, RenderError, Studio, frames, plan};
use filmgate_media::picture::write_png;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

#[derive(Default)]
struct Orders {
    plain: Vec<String>,
    size: Option<(u32, u32)>,
    seconds: Option<u32>,
    seed: u64,
    threads: Option<usize>,
    image: Option<PathBuf>,
    first: Option<PathBuf>,
    last: Option<PathBuf>,
    images: Vec<PathBuf>,
    videos: Vec<PathBuf>,
    frames_dir: Option<PathBuf>,
    every: Option<u32>,
    raw: Option<PathBuf>,
}

fn orders() -> Result<Orders, Box<dyn std::error::Error>> {
    let mut orders = Orders { seed: 1, ..Orders::default() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        if !word.starts_with("--") {
            orders.plain.push(word);
            continue;
        }
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--size" => {
                let (w, h) = value.split_once('x').ok_or("--size is WIDTHxHEIGHT")?;
                orders.size = Some((w.parse()?, h.parse()?));
            }
            "--seconds" => orders.seconds = Some(value.parse()?),
            "--seed" => orders.seed = value.parse()?,
            "--threads" => orders.threads = Some(value.parse()?),
            "--image" => orders.image = Some(value.into()),
            "--first" => orders.first = Some(value.into()),
            "--last" => orders.last = Some(value.into()),
            "--ref-image" => orders.images.push(value.into()),
            "--ref-video" => orders.videos.push(value.into()),
            "--frames-dir" => orders.frames_dir = Some(value.into()),
            "--every" => orders.every = Some(value.parse()?),
            "--raw" => orders.raw = Some(value.into()),
            _ => return Err(format!("unknown option {word}").into()),
        }
    }
    Ok(orders)
}

fn brief(orders: &Orders) -> Result<Brief, String> {
    let (width, height) = orders.size.unwrap_or((1280, 720));
    let guidance = match (&orders.image, &orders.first, &orders.last) {
        (Some(image), ..) => Guidance::Image(image.clone()),
        (_, Some(first), Some(last)) => Guidance::Frames { first: first.clone(), last: last.clone() },
        _ if orders.images.is_empty() && orders.videos.is_empty() => Guidance::Text,
        _ => Guidance::References { images: orders.images.clone(), videos: orders.videos.clone() },
    };
    let prompt = orders.plain.first().ok_or("say what the film shows")?.clone();
    Ok(Brief { prompt, width, height, seconds: orders.seconds.unwrap_or(8), seed: orders.seed, guidance })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let orders = orders()?;
    let brief = brief(&orders)?;
    println!("{:?}", plan(&brief));
    if let Some(dir) = &orders.frames_dir {
        std::fs::create_dir_all(dir)?;
        let every = orders.every.unwrap_or(12).max(1);
        frames(&brief, |index, frame| {
            if index % every == 0 {
                let _ = write_png(&dir.join(format!("{index:04}.png")), frame);
            }
        })?;
    }
    if let Some(raw) = &orders.raw {
        dump(&brief, raw)?;
    }
    if let Some(out) = orders.plain.get(1) {
        let cores = std::thread::available_parallelism().map_or(1, Into::into);
        let begun = Instant::now();
        let studio = Studio::new(orders.threads.unwrap_or(cores));
        let film = studio.render(brief.clone())?;
        let spent = begun.elapsed().as_secs_f64();
        std::fs::write(out, &film.mp4)?;
        let seconds = f64::from(brief.seconds);
        println!(
            "{} frames, {} bytes, {spent:.2} s: {:.3} s per second of film",
            film.frames,
            film.mp4.len(),
            spent / seconds
        );
    }
    if let Some(peak) = peak_memory() {
        println!("peak memory {peak}");
    }
    Ok(())
}

/// Every frame as planar I420, one after the other.
fn dump(brief: &Brief, path: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    let mut written: std::io::Result<()> = Ok(());
    let done: Result<(), RenderError> = frames(brief, |_, frame| {
        for plane in [&frame.y, &frame.u, &frame.v] {
            if written.is_ok() {
                written = file.write_all(plane);
            }
        }
    });
    done?;
    written?;
    Ok(())
}

fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    Some(line.trim_start_matches("VmHWM:").trim().to_owned())
}
