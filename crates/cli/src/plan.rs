//! `filmgate plan`: how the built-in engine reads a prompt, without rendering it. What was understood, what was not, and
//! the shot that comes of it.

use clap::Args;
use filmgate_engines::animatic::{Heard, Member, Understanding, understand};
use serde_json::{Value, json};

use crate::output;
use crate::trouble::Trouble;

/// Show how the built-in engine reads a prompt
#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    /// The prompt, in English or Chinese
    prompt: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) fn run(args: &PlanArgs) -> Result<(), Trouble> {
    let read = understand(&args.prompt, 0);
    if args.json { output::json(&as_json(&read)) } else { output::text(page(&read)) }
}

fn page(read: &Understanding) -> String {
    let Understanding { heard, unknown, setting, weather, time, style, camera, cast } = read;
    let cast: Vec<_> = cast.iter().map(told).collect();
    let shot = [
        ("setting", said(heard, "setting", setting)),
        ("weather", said(heard, "weather", weather)),
        ("time", said(heard, "time", time)),
        ("style", said(heard, "style", style)),
        ("camera", said(heard, "camera", camera)),
        ("cast", if cast.is_empty() { "nobody".to_owned() } else { cast.join("; ") }),
    ];
    let unknown = if unknown.is_empty() { "nothing".to_owned() } else { unknown.join(", ") };
    let understood = heard.iter().filter(|one| one.kind != "nothing").map(|one| {
        let not = if one.negated { "not " } else { "" };
        format!("\"{}\" as {} {not}{}", one.words, one.kind, one.name)
    });
    let understood: Vec<_> = understood.collect();
    let understood =
        if understood.is_empty() { "nothing".to_owned() } else { understood.join("\n               ") };
    let shot = shot.map(|(name, text)| format!("{name:<14} {text}\n")).concat();
    format!("{:<14} {understood}\n{:<14} {unknown}\n\n{shot}", "understood", "not understood")
}

/// `name`, and whether the prompt said it or it was chosen to fit.
fn said(heard: &[Heard], kind: &str, name: &str) -> String {
    let said = heard.iter().any(|one| one.kind == kind && one.name == name && !one.negated);
    if said { name.to_owned() } else { format!("{name} (chosen)") }
}

fn told(member: &Member) -> String {
    let Member { subject, action, count, colour, young } = member;
    let words = [
        Some(count.to_string()),
        young.then(|| "young".to_owned()),
        colour.map(str::to_owned),
        Some((*subject).to_owned()),
        Some(format!("({action})")),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn as_json(read: &Understanding) -> Value {
    let heard = read.heard.iter().map(|Heard { words, kind, name, negated }| {
        json!({ "words": words, "kind": kind, "name": name, "negated": negated })
    });
    let cast = read.cast.iter().map(|Member { subject, action, count, colour, young }| {
        json!({ "subject": subject, "action": action, "count": count, "colour": colour, "young": young })
    });
    json!({
        "understood": heard.collect::<Value>(),
        "not_understood": read.unknown,
        "setting": read.setting,
        "weather": read.weather,
        "time": read.time,
        "style": read.style,
        "camera": read.camera,
        "cast": cast.collect::<Value>(),
    })
}
