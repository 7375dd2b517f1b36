//! What was made of a prompt, told: which words were understood as what, which were not, and the shots that came of it.
//! For people who wonder why the film looks as it does; the renderer reads the [`Scene`] itself.

use super::Scene;
use super::lexicon::Meaning;
use super::scan::{self, Found};
use crate::scene::Role;

/// A prompt, read. Names are those of the vocabulary, in English whatever the prompt's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understanding {
    /// Every phrase that was understood, in the order of the prompt.
    pub heard: Vec<Heard>,
    /// Words that nothing was found for. They turn the palette and the details.
    pub unknown: Vec<String>,
    /// The look.
    pub style: &'static str,
    /// The shots that the film is cut from, at least one.
    pub shots: Vec<Planned>,
}

/// A shot, as it was planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Where it plays.
    pub setting: &'static str,
    /// The weather.
    pub weather: &'static str,
    /// The hour.
    pub time: &'static str,
    /// How the camera moves.
    pub camera: &'static str,
    /// Who or what is seen, the hindmost first.
    pub cast: Vec<Member>,
}

/// A phrase that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The phrase, in lower case.
    pub words: String,
    /// What sort of thing it names: setting, weather, time, style, camera, subject, action, colour, count, age, prop, cut, or
    /// nothing of consequence for the picture.
    pub kind: &'static str,
    /// Its name in the vocabulary.
    pub name: String,
    /// Whether the prompt says that it is not there.
    pub negated: bool,
}

/// Somebody or something that is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// What it is.
    pub subject: &'static str,
    /// What it does.
    pub action: &'static str,
    /// How many of it there are, 1 to 5.
    pub count: u8,
    /// Its colour, if one was said.
    pub colour: Option<&'static str>,
    /// `young` or `old`, if it is.
    pub age: Option<&'static str>,
    /// What it holds or rests upon.
    pub prop: Option<&'static str>,
}

/// Reads `prompt` as a render with `seed` would.
pub fn understand(prompt: &str, seed: u64) -> Understanding {
    let reading = scan::scan(prompt);
    let heard = reading.found.iter().map(heard).collect();
    let scenes = super::scenes(&reading, seed);
    Understanding {
        heard,
        style: scenes[0].style.name(),
        shots: scenes.iter().map(planned).collect(),
        unknown: reading.unknown,
    }
}

fn planned(scene: &Scene) -> Planned {
    Planned {
        setting: scene.setting.name(),
        weather: scene.weather.name(),
        time: scene.time.name(),
        camera: scene.camera.name(),
        cast: scene.cast.iter().map(member).collect(),
    }
}

fn member(role: &Role) -> Member {
    Member {
        subject: role.subject.name(),
        action: role.action.name(),
        count: role.count,
        colour: role.colour.map(crate::scene::Colour::name),
        age: role.age.name(),
        prop: role.prop.map(crate::scene::Prop::name),
    }
}

fn heard(found: &Found) -> Heard {
    let (kind, name) = match found.meaning {
        Meaning::Setting(it) => ("setting", it.name().to_owned()),
        Meaning::Weather(it) => ("weather", it.name().to_owned()),
        Meaning::Style(it) | Meaning::StyleHint(it) => ("style", it.name().to_owned()),
        Meaning::Subject(it) => ("subject", it.name().to_owned()),
        Meaning::Time(it) => ("time", it.name().to_owned()),
        Meaning::Camera(it) => ("camera", it.name().to_owned()),
        Meaning::Action(it) => ("action", it.name().to_owned()),
        Meaning::Colour(it) => ("colour", it.name().to_owned()),
        Meaning::Count(count) => ("count", count.to_string()),
        Meaning::Age(it) => ("age", it.name().unwrap_or_default().to_owned()),
        Meaning::Prop(it) => ("prop", it.name().to_owned()),
        Meaning::Sunny => ("weather", "clear".to_owned()),
        Meaning::Next => ("cut", "next".to_owned()),
        Meaning::Nothing => ("nothing", String::new()),
    };
    Heard { words: found.words.clone(), kind, name, negated: found.negated }
}
