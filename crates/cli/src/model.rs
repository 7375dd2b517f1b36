//! `filmgate model`: what can be asked for, as the catalogue has it.

use clap::{Args, Subcommand};
use filmgate_contract::catalogue::{Catalogue, Model};
use serde_json::{Value, json};

use crate::compose;
use crate::config::Sources;
use crate::output;
use crate::trouble::Trouble;

/// Show the models that can be asked for
#[derive(Args, Debug)]
pub(crate) struct ModelArgs {
    #[command(subcommand)]
    verb: Verb,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    sources: Sources,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List all models
    List,
    /// Show one model
    Show {
        /// Its name
        name: String,
    },
}

/// Runs the command.
pub(crate) fn run(args: &ModelArgs) -> Result<(), Trouble> {
    let catalogue = compose::catalogue(&args.sources.load()?.config)?;
    match &args.verb {
        Verb::List => list(&catalogue, args.json),
        Verb::Show { name } => show(&catalogue, name, args.json),
    }
}

fn list(catalogue: &Catalogue, json: bool) -> Result<(), Trouble> {
    if json {
        return output::json(&catalogue.models().iter().map(as_json).collect::<Value>());
    }
    let rows = catalogue.models().iter().map(|model| {
        [
            model.name.clone(),
            model.dialect.as_str().to_owned(),
            model.durations.to_string(),
            ratios(model).join(", "),
            price(model),
            model.description.clone(),
        ]
    });
    output::text(output::table(["name", "dialect", "seconds", "ratios", "price", "description"], rows))
}

fn show(catalogue: &Catalogue, name: &str, json: bool) -> Result<(), Trouble> {
    let model = catalogue.get(name).ok_or_else(|| {
        let names: Vec<_> = catalogue.models().iter().map(|model| &*model.name).collect();
        Trouble::new(format!("there is no model `{name}`; there are {}", names.join(", ")))
    })?;
    if json {
        return output::json(&as_json(model));
    }
    let default = |value: Option<String>| value.unwrap_or_else(|| "none, it must be given".to_owned());
    let sizes: Vec<_> =
        model.pictures.iter().map(|picture| format!("{} ({})", picture.size, picture.ratio)).collect();
    let rows = [
        ["name".to_owned(), model.name.clone()],
        ["description".to_owned(), model.description.clone()],
        ["dialect".to_owned(), model.dialect.as_str().to_owned()],
        ["seconds".to_owned(), model.durations.to_string()],
        ["default seconds".to_owned(), default(model.default_duration.map(|seconds| seconds.to_string()))],
        ["sizes".to_owned(), sizes.join(", ")],
        ["default ratio".to_owned(), model.default_ratio.clone()],
        ["longest prompt".to_owned(), format!("{} characters", model.prompt_max)],
        ["reference images".to_owned(), model.max_images().to_string()],
        ["first and last frame".to_owned(), if model.takes_frames() { "yes" } else { "no" }.to_owned()],
        ["reference videos".to_owned(), model.max_videos().to_string()],
        ["price".to_owned(), price(model)],
        ["made by".to_owned(), model.upstreams.join(", ")],
    ];
    output::text(output::table(["", ""], rows).trim_start_matches('\n'))
}

fn ratios(model: &Model) -> Vec<String> {
    model.pictures.iter().map(|picture| picture.ratio.clone()).collect()
}

/// Micro-units as units.
fn price(model: &Model) -> String {
    let micros = model.price.0;
    format!("{}.{:02}", micros / 1_000_000, micros % 1_000_000 / 10_000)
}

fn as_json(model: &Model) -> Value {
    let pictures = model.pictures.iter().map(|picture| {
        json!({ "ratio": picture.ratio, "resolution": picture.resolution, "size": picture.size.to_string() })
    });
    json!({
        "name": model.name,
        "dialect": model.dialect.as_str(),
        "description": model.description,
        "price_micros": model.price.0,
        "seconds": model.durations.to_string(),
        "default_seconds": model.default_duration,
        "pictures": pictures.collect::<Value>(),
        "default_ratio": model.default_ratio,
        "prompt_max": model.prompt_max,
        "reference_images": model.max_images(),
        "frames": model.takes_frames(),
        "reference_videos": model.max_videos(),
        "upstreams": model.upstreams,
    })
}
