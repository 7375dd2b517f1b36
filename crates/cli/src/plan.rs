//! `filmgate plan`: how the built-in engine reads a prompt, without rendering it. What was understood, what was not, and
//! the shots that come of it.

use clap::Args;
use filmgate_engines::animatic::{Heard, Member, Planned, Understanding, understand};
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
    let Understanding { heard, unknown, style, shots } = read;
    let unknown = if unknown.is_empty() { "nothing".to_owned() } else { unknown.join(", ") };
    let understood = heard.iter().filter(|one| one.kind != "nothing").map(|one| {
        let not = if one.negated { "not " } else { "" };
        format!("\"{}\" as {} {not}{}", one.words, one.kind, one.name)
    });
    let understood: Vec<_> = understood.collect();
    let understood =
        if understood.is_empty() { "nothing".to_owned() } else { understood.join("\n               ") };
    let style = said(heard, "style", style);
    let shots: Vec<_> = shots.iter().map(|planned| shot(planned, heard)).collect();
    let shots = shots.join("\nthen\n");
    format!(
        "{:<14} {understood}\n{:<14} {unknown}\n{:<14} {style}\n\n{shots}",
        "understood", "not understood", "style"
    )
}

fn shot(planned: &Planned, heard: &[Heard]) -> String {
    let cast: Vec<_> = planned.cast.iter().map(told).collect();
    let lines = [
        ("setting", said(heard, "setting", planned.setting)),
        ("weather", said(heard, "weather", planned.weather)),
        ("time", said(heard, "time", planned.time)),
        ("camera", said(heard, "camera", planned.camera)),
        ("cast", if cast.is_empty() { "nobody".to_owned() } else { cast.join("; ") }),
    ];
    lines.map(|(name, text)| format!("{name:<14} {text}\n")).concat()
}

/// `name`, and whether the prompt said it or it was chosen to fit.
fn said(heard: &[Heard], kind: &str, name: &str) -> String {
    let said = heard.iter().any(|one| one.kind == kind && one.name == name && !one.negated);
    if said { name.to_owned() } else { format!("{name} (chosen)") }
}

fn told(member: &Member) -> String {
    let Member { subject, action, count, colour, age, prop } = member;
    let words = [
        Some(count.to_string()),
        age.map(str::to_owned),
        colour.map(str::to_owned),
        Some((*subject).to_owned()),
        Some(format!("({action})")),
        prop.map(|prop| format!("with {prop}")),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn as_json(read: &Understanding) -> Value {
    let heard = read.heard.iter().map(|Heard { words, kind, name, negated }| {
        json!({ "words": words, "kind": kind, "name": name, "negated": negated })
    });
    let member = |Member { subject, action, count, colour, age, prop }: &Member| json!({ "subject": subject, "action": action, "count": count, "colour": colour, "age": age, "prop": prop });
    let shot = |Planned { setting, weather, time, camera, cast }: &Planned| {
        let cast: Value = cast.iter().map(member).collect();
        json!({ "setting": setting, "weather": weather, "time": time, "camera": camera, "cast": cast })
    };
    json!({
        "understood": heard.collect::<Value>(),
        "not_understood": read.unknown,
        "style": read.style,
        "shots": read.shots.iter().map(shot).collect::<Value>(),
    })
}
