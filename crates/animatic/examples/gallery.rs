//! Renders the gallery: a film for every line of a list, a contact sheet of their frames at 10, 50 and 90 %, and a page.
//!
//! `cargo run --release -p filmgate-animatic --example gallery -- PROMPTS.txt FILMS_DIR PAGE.html`: the films and
//! `sheet.png` go to the folder, the page shows its parts of `sheet.jpg` beside it. Pictures and films that a line refers to
//! are those of earlier lines, so nothing comes from outside.

use filmgate_animatic::{Brief, Guidance, Planned, Studio, frames, understand};
use filmgate_media::frame::Frame;
use filmgate_media::picture::{frame_to_rgb, rgb_to_frame, write_png};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

type Trouble = Box<dyn std::error::Error>;

const SECONDS: u32 = 4;
/// A place on the sheet for one frame, and the space between places.
const CELL: (usize, usize) = (192, 108);
const GAP: usize = 6;
const COLUMNS: usize = 2;

/// A line of the list.
struct Entry {
    ratio: String,
    mode: String,
    prompt: String,
}

fn entries(text: &str) -> Result<Vec<Entry>, Trouble> {
    let entry = |line: &str| {
        let mut parts = line.splitn(3, ' ').map(str::to_owned);
        let (ratio, mode, prompt) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Entry { ratio, mode, prompt })
    };
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| entry(line).ok_or_else(|| format!("not `ratio mode prompt`: {line}").into())).collect()
}

fn guidance(mode: &str, folder: &Path) -> Result<Guidance, Trouble> {
    let (kind, numbers) = mode.split_once(':').unwrap_or((mode, ""));
    let numbers: Vec<usize> =
        numbers.split(',').filter(|text| !text.is_empty()).map(str::parse).collect::<Result<_, _>>()?;
    let picture = |number: &usize| folder.join(format!("{number:02}.png"));
    let film = |number: &usize| folder.join(format!("{number:02}.mp4"));
    Ok(match (kind, &numbers[..]) {
        ("text", []) => Guidance::Text,
        ("image", [one]) => Guidance::Image(picture(one)),
        ("frames", [first, last]) => Guidance::Frames { first: picture(first), last: picture(last) },
        ("references", [image, video]) => {
            Guidance::References { images: vec![picture(image)], videos: vec![film(video)] }
        }
        _ => return Err(format!("no such mode: {mode}").into()),
    })
}

fn brief(entry: &Entry, folder: &Path) -> Result<Brief, Trouble> {
    let (width, height) = match &*entry.ratio {
        "16:9" => (640, 360),
        "9:16" => (360, 640),
        "1:1" => (480, 480),
        other => return Err(format!("no such ratio: {other}").into()),
    };
    let guidance = guidance(&entry.mode, folder)?;
    Ok(Brief { prompt: entry.prompt.clone(), width, height, seconds: SECONDS, seed: 1, guidance })
}

/// The sheet, as packed RGB.
struct Sheet {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

/// Where a frame of an entry begins on the sheet.
fn place(entry: usize, frame: usize) -> (usize, usize) {
    let (column, row) = (entry % COLUMNS, entry / COLUMNS);
    let wide = 3 * CELL.0 + 2 * GAP;
    (GAP + column * (wide + 3 * GAP) + frame * (CELL.0 + GAP), GAP + row * (CELL.1 + GAP))
}

impl Sheet {
    fn new(entries: usize) -> Self {
        let (left, top) = place(COLUMNS - 1, 2);
        let (_, last) = place(entries.saturating_sub(1), 0);
        let (width, height) = (left + CELL.0 + GAP, (last.max(top) + CELL.1 + GAP).next_multiple_of(2));
        Self { width, height, rgb: vec![24; width * height * 3] }
    }

    /// Lays a frame into its place, whole, each pixel the mean of those it stands for.
    fn lay(&mut self, entry: usize, number: usize, frame: &Frame) {
        let rgb = frame_to_rgb(frame);
        let (width, height) = (frame.width as usize, frame.height as usize);
        let wide = (width * CELL.1 / height).min(CELL.0);
        let (left, top) = place(entry, number);
        let left = left + (CELL.0 - wide) / 2;
        for y in 0..CELL.1 {
            let rows = y * height / CELL.1..((y + 1) * height / CELL.1).max(y * height / CELL.1 + 1);
            for x in 0..wide {
                let columns = x * width / wide..((x + 1) * width / wide).max(x * width / wide + 1);
                let at = ((top + y) * self.width + left + x) * 3;
                for channel in 0..3 {
                    let sum: usize = rows
                        .clone()
                        .flat_map(|row| {
                            columns.clone().map(move |column| (row * width + column) * 3 + channel)
                        })
                        .map(|place| usize::from(rgb[place]))
                        .sum();
                    self.rgb[at + channel] = (sum / (rows.len() * columns.len())) as u8;
                }
            }
        }
    }
}

/// What is seen in a shot.
fn shot(planned: &Planned) -> String {
    let cast = planned.cast.iter().map(|member| format!("{} {}", member.subject, member.action));
    let place = [planned.setting, planned.weather, planned.time, planned.camera];
    cast.chain(place.map(str::to_owned)).collect::<Vec<_>>().join(", ")
}

fn page(entries: &[Entry], sheet: &Sheet) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let mut page = String::from(
        "<!doctype html>\n<meta charset=\"utf-8\">\n<title>The built-in engine's gallery</title>\n<style>\n\
         body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 640px; background: #181818; color: #ddd }\n\
         .strip { background-image: url(sheet.jpg); background-repeat: no-repeat }\n\
         p { margin: .3rem 0 1.6rem } small { color: #999 }\n</style>\n\
         <h1>Forty prompts</h1>\n<p>Frames at 10, 50 and 90 % of four seconds, as the built-in engine makes them. \
         <code>make gallery</code> makes this page.</p>\n",
    );
    let wide = 3 * CELL.0 + 2 * GAP;
    for (index, entry) in entries.iter().enumerate() {
        let ((left, top), told) = (place(index, 0), understand(&entry.prompt, 1));
        let shots: Vec<_> = told.shots.iter().map(shot).collect();
        let unknown = if told.unknown.is_empty() {
            String::new()
        } else {
            format!("; not understood: {}", escape(&told.unknown.join(", ")))
        };
        let _ = writeln!(
            page,
            "<div class=\"strip\" style=\"width: {wide}px; height: {}px; background-position: -{left}px -{top}px\"></div>\n\
             <p>{}. {} <small>({}, {})<br>{}; {}{unknown}</small></p>",
            CELL.1,
            index + 1,
            escape(&entry.prompt),
            entry.ratio,
            entry.mode,
            shots.join("; then "),
            told.style,
        );
    }
    let _ = writeln!(page, "<!-- sheet: {} x {} -->", sheet.width, sheet.height);
    page
}

fn main() -> Result<(), Trouble> {
    let mut words = std::env::args().skip(1).map(PathBuf::from);
    let (Some(list), Some(folder), Some(html)) = (words.next(), words.next(), words.next()) else {
        return Err("say PROMPTS.txt FILMS_DIR PAGE.html".into());
    };
    std::fs::create_dir_all(&folder)?;
    let entries = entries(&std::fs::read_to_string(list)?)?;
    let studio = Studio::new(std::thread::available_parallelism().map_or(1, Into::into));
    let mut sheet = Sheet::new(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let number = index + 1;
        let brief = brief(entry, &folder)?;
        let last = brief.frames() - 1;
        let shown = [last / 10, last / 2, last * 9 / 10];
        let mut kept = Ok(());
        frames(&brief, |at, frame| {
            if let Some(place) = shown.iter().position(|one| *one == at) {
                sheet.lay(index, place, frame);
            }
            if at == shown[1] {
                kept = write_png(&folder.join(format!("{number:02}.png")), frame);
            }
        })?;
        kept?;
        std::fs::write(folder.join(format!("{number:02}.mp4")), studio.render(brief)?.mp4)?;
        println!("{number:02} {}", entry.prompt);
    }
    let even = (sheet.width & !1, sheet.height & !1);
    let rows = sheet.rgb.chunks_exact(sheet.width * 3).take(even.1);
    let cut: Vec<u8> = rows.flat_map(|row| &row[..even.0 * 3]).copied().collect();
    write_png(&folder.join("sheet.png"), &rgb_to_frame(&cut, even.0 as u32, even.1 as u32))?;
    std::fs::write(html, page(&entries, &sheet))?;
    Ok(())
}
