//! The bodies: what a create takes, said from the dialects' fields and the catalogue, and what is answered.

use filmgate_domain::failure::FailureCode;
use filmgate_domain::request::Dialect;
use serde_json::{Map, Value, json};

use super::reference;
use crate::catalogue::{Catalogue, Durations, Model};
use crate::field::{Field, Meaning, speech};
use crate::problem::Code;

/// Every status word.
pub(super) const STATUSES: [&str; 4] = ["queued", "processing", "completed", "failed"];

/// What ids look like.
pub(super) const ID: &str = "^[A-Za-z0-9][A-Za-z0-9._-]*$";

/// Every schema by name.
pub(super) fn all(catalogue: &Catalogue) -> Map<String, Value> {
    let ours = json!({
        "SoraCreate": create(Dialect::Sora, catalogue),
        "SoraCreated": created(Dialect::Sora),
        "VideosCreate": create(Dialect::Videos, catalogue),
        "VideosCreated": created(Dialect::Videos),
        "Video": video(),
        "Page": page(),
        "Deleted": deleted(),
        "Problem": problem(),
    });
    match ours {
        Value::Object(ours) => ours,
        _ => Map::new(),
    }
}

/// The models of a route, told in a list.
pub(super) fn models_told(dialect: Dialect, catalogue: &Catalogue) -> String {
    let told = catalogue
        .served_by(dialect)
        .map(|model| format!("- `{}`: {}; {} seconds", model.name, model.description, model.durations));
    let told: Vec<String> = told.collect();
    format!(
        "Models:\n\n{}\n\nUnknown fields, `null`, `\"\"` and `[]` count as absent; whole numbers may come as text.",
        told.join("\n")
    )
}

/// A create body: the fields of `dialect`, with the limits of its models.
fn create(dialect: Dialect, catalogue: &Catalogue) -> Value {
    let speech = speech(dialect);
    let models: Vec<&Model> = catalogue.served_by(dialect).collect();
    let properties: Map<String, Value> = speech
        .fields
        .iter()
        .filter_map(|field| Some((field.name.to_owned(), property(field, &models)?)))
        .collect();
    let required = speech.fields.iter().filter(|field| is_required(field, &models)).map(|field| field.name);
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "required": required.collect::<Vec<_>>(),
    });
    let either: Vec<Value> =
        speech.either.iter().map(|pair| json!({ "not": { "required": pair } })).collect();
    if !either.is_empty() {
        schema["allOf"] = either.into();
    }
    schema["examples"] = json!([example(dialect, &models)]);
    schema
}

/// Whether no model of the dialect can do without `field`.
fn is_required(field: &Field, models: &[&Model]) -> bool {
    match field.meaning {
        Meaning::Model | Meaning::Prompt => true,
        Meaning::Seconds => models.iter().all(|model| model.default_duration.is_none()),
        _ => false,
    }
}

/// What may stand in `field`; `None` when no model takes it.
fn property(field: &Field, models: &[&Model]) -> Option<Value> {
    let mut schema = match field.meaning {
        Meaning::Model => {
            let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
            json!({ "type": "string", "enum": names })
        }
        Meaning::Prompt => any_of(
            models,
            |model| json!({ "type": "string", "minLength": 1, "maxLength": model.prompt_max, "pattern": "\\S" }),
        ),
        Meaning::Seconds => any_of(models, seconds),
        Meaning::Size => any_of(models, |model| {
            let sizes = model.pictures.iter().map(|picture| picture.size.to_string());
            choice(sizes, model.default_picture().map(|picture| picture.size.to_string()).as_deref())
        }),
        Meaning::Ratio => any_of(models, |model| {
            let ratios = model.pictures.iter().map(|picture| picture.ratio.clone());
            choice(ratios, Some(&model.default_ratio))
        }),
        Meaning::Resolution => any_of(models, |model| {
            let resolutions = model.pictures.iter().map(|picture| picture.resolution.clone());
            choice(resolutions, Some(&model.default_resolution))
        }),
        Meaning::FirstFrame | Meaning::LastFrame => models
            .iter()
            .any(|model| model.takes_frames())
            .then(|| json!({ "type": "string", "format": "uri" }))?,
        Meaning::Images => links(models.iter().map(|model| model.max_images()).max())?,
        Meaning::Videos => links(models.iter().map(|model| model.max_videos()).max())?,
    };
    schema["description"] = field.about.into();
    if let Some(new) = field.legacy_of {
        schema["description"] = format!("{} The same as `{new}`.", field.about).into();
        schema["deprecated"] = true.into();
    }
    Some(schema)
}

/// What the models say, said once when they agree.
fn any_of(models: &[&Model], of: impl Fn(&Model) -> Value) -> Value {
    let mut said: Vec<Value> = Vec::new();
    for schema in models.iter().map(|model| of(model)) {
        if !said.contains(&schema) {
            said.push(schema);
        }
    }
    if said.len() == 1 { said.remove(0) } else { json!({ "anyOf": said }) }
}

fn seconds(model: &Model) -> Value {
    let mut schema = match &model.durations {
        Durations::Listed(list) => json!({ "type": "integer", "enum": list }),
        Durations::Between { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
    };
    if let Some(default) = model.default_duration {
        schema["default"] = default.into();
    }
    schema
}

fn choice(choices: impl Iterator<Item = String>, default: Option<&str>) -> Value {
    let mut once: Vec<String> = Vec::new();
    for choice in choices {
        if !once.contains(&choice) {
            once.push(choice);
        }
    }
    json!({ "type": "string", "enum": once, "default": default })
}

fn links(most: Option<usize>) -> Option<Value> {
    let most = most.filter(|most| *most > 0)?;
    Some(json!({ "type": "array", "maxItems": most, "items": { "type": "string", "format": "uri" } }))
}

/// A body that every catalogue takes: the first model, and its first length.
fn example(dialect: Dialect, models: &[&Model]) -> Value {
    let Some(model) = models.first() else { return json!({}) };
    let ratio = model.default_picture().map_or("", |picture| picture.ratio.as_str());
    let seconds = match &model.durations {
        Durations::Listed(list) => list.first().copied(),
        Durations::Between { min, .. } => Some(*min),
    };
    let prompt = "A cat dancing in the rain, cinematic style";
    match dialect {
        Dialect::Sora => {
            json!({ "model": model.name, "prompt": prompt, "aspect_ratio": ratio, "seconds": seconds })
        }
        Dialect::Videos => {
            json!({ "model": model.name, "prompt": prompt, "duration": seconds, "ratio": ratio })
        }
    }
}

/// The keys that every answer about a task has, in order.
fn task(object: &Value, status: &Value) -> Map<String, Value> {
    let keys = json!({
        "id": { "type": "string", "pattern": ID },
        "object": object,
        "created": { "type": "integer", "description": "When the task was created, in Unix seconds." },
        "model": { "type": "string" },
        "status": status,
    });
    match keys {
        Value::Object(keys) => keys,
        _ => Map::new(),
    }
}

fn created(dialect: Dialect) -> Value {
    let mut keys = task(&json!({ "const": speech(dialect).object }), &json!({ "const": "queued" }));
    if dialect == Dialect::Videos {
        keys.insert("error".to_owned(), json!({ "type": "null" }));
    }
    let required: Vec<String> = keys.keys().cloned().collect();
    json!({ "type": "object", "properties": keys, "required": required })
}

/// What `object` may say.
fn objects() -> Value {
    let words: Vec<&str> = Dialect::ALL.iter().map(|dialect| speech(*dialect).object).collect();
    json!({ "type": "string", "enum": words })
}

fn video() -> Value {
    let mut keys = task(&objects(), &json!({ "type": "string", "enum": STATUSES }));
    let mut codes: Vec<&str> = FailureCode::ALL.iter().map(|code| code.as_str()).collect();
    codes.push("expired");
    let more = json!({
        "video_url": { "type": ["string", "null"], "format": "uri", "description": "The film as MP4, once completed, for 24 hours. Needs no key." },
        "actualDuration": { "type": "number", "description": "The film's length in seconds, as measured. Only when completed." },
        "error": { "type": ["string", "null"], "description": "What happened and what to do, when failed." },
        "progress": { "type": "integer", "minimum": 0, "maximum": 100, "description": "Percent done, unless failed." },
        "expires_at": { "type": "integer", "description": "When `video_url` stops working, in Unix seconds. Only when completed." },
        "error_code": { "type": "string", "enum": codes, "description": "Why it failed. `expired`: it waited too long and never ran or, on a completed task, its film is gone." },
    });
    if let Value::Object(more) = more {
        keys.extend(more);
    }
    let always = ["id", "object", "created", "model", "status", "video_url", "error"];
    json!({ "type": "object", "properties": keys, "required": always })
}

fn page() -> Value {
    json!({
        "type": "object",
        "properties": {
            "object": { "const": "list" },
            "data": { "type": "array", "items": reference("Video") },
            "has_more": { "type": "boolean" },
            "next_cursor": { "type": ["string", "null"], "description": "Send it as `after` for the next page." }
        },
        "required": ["object", "data", "has_more", "next_cursor"]
    })
}

fn deleted() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": { "type": "string", "pattern": ID },
            "object": objects(),
            "deleted": { "const": true }
        },
        "required": ["id", "object", "deleted"]
    })
}

fn problem() -> Value {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    json!({
        "type": "object",
        "properties": {
            "code": { "type": "string", "enum": codes },
            "message": { "type": "string", "description": "All that is wrong, in English." },
            "msg": { "type": "string", "description": "The same text." },
            "error": { "type": "string", "description": "The same text." },
            "param": { "type": ["string", "null"], "description": "The parameter or header to look at first." }
        },
        "required": ["code", "message", "msg", "error", "param"]
    })
}
