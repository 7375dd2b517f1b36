//! Reading a prompt: from words to a [`Scene`].
//!
//! A curated vocabulary, English and Chinese, and no model. The same words give the same scene in both languages.
//! Words the vocabulary does not know are not lost: they turn the palette and the details of the picture.

mod lexicon;
mod scan;
mod understanding;
mod words;

use crate::brief::Brief;
use crate::chance::{hash_text, mix};
use crate::scene::{Action, Age, Camera, Colour, Prop, Role, Scene, TimeOfDay};
use crate::{settings, styles, subjects, weathers};
use lexicon::Meaning;
use scan::Found;
pub use understanding::{Heard, Member, Planned, Understanding, understand};

/// Reads a brief's prompt as far as its first shot. Deterministic; never fails: what is not said is chosen to fit.
pub fn plan(brief: &Brief) -> Scene {
    scenes(&scan::scan(&brief.prompt), brief.seed).swap_remove(0)
}

/// Reads a brief's prompt: a scene for every shot, at least one.
pub(crate) fn plan_shots(brief: &Brief) -> Vec<Scene> {
    scenes(&scan::scan(&brief.prompt), brief.seed)
}

/// The most shots that a prompt is cut into.
const MOST_SHOTS: usize = 4;

/// The scenes of a reading, one for every stretch between words like "then".
fn scenes(reading: &scan::Reading, seed: u64) -> Vec<Scene> {
    let whole = Notes::of(&reading.found);
    let stretches = reading.found.split(|found| matches!(found.meaning, Meaning::Next));
    let told = |found: &&[Found]| found.iter().any(|found| !matches!(found.meaning, Meaning::Nothing));
    let mut scenes: Vec<Scene> = Vec::new();
    for stretch in stretches.filter(told).take(MOST_SHOTS) {
        let notes = Notes::of(stretch);
        let scene = match scenes.last() {
            Some(before) => notes.after(before),
            None => notes.within(&whole).finish(reading, seed),
        };
        scenes.push(scene);
    }
    if scenes.is_empty() {
        scenes.push(whole.finish(reading, seed));
    }
    scenes
}

/// What has been understood so far, left to right.
#[derive(Default)]
struct Notes {
    setting: Option<&'static dyn settings::Setting>,
    weather: Option<&'static dyn weathers::Weather>,
    time: Option<TimeOfDay>,
    style: Option<&'static dyn styles::Style>,
    style_hint: Option<&'static dyn styles::Style>,
    camera: Option<Camera>,
    cast: Vec<Role>,
    /// Said before the subject it belongs to.
    action: Option<Action>,
    colour: Option<(Colour, usize)>,
    age: Option<(Age, usize)>,
    prop: Option<Prop>,
    count: Option<u8>,
    /// Whether the last role still waits for its verb.
    waiting: bool,
}

impl Notes {
    fn of(found: &[Found]) -> Self {
        let mut notes = Self::default();
        for found in found.iter().filter(|found| !found.negated) {
            notes.take(found);
        }
        notes
    }

    fn take(&mut self, found: &Found) {
        match found.meaning {
            Meaning::Setting(setting) => {
                // An old town makes nobody old.
                self.age = None;
                self.setting.get_or_insert(setting);
            }
            Meaning::Weather(weather) => {
                self.weather.get_or_insert(weather);
            }
            Meaning::Time(time) => {
                self.time.get_or_insert(time);
            }
            Meaning::Style(style) => {
                // "Cinematic" is said of everything; a more particular style wins.
                if self.style.is_none_or(|known| known.name() == "cinematic") {
                    self.style = Some(style);
                }
            }
            Meaning::StyleHint(style) => {
                self.style_hint.get_or_insert(style);
            }
            Meaning::Camera(camera) => {
                self.camera.get_or_insert(camera);
            }
            Meaning::Subject(subject) => self.enter(subject, found),
            Meaning::Action(action) => self.act(action),
            Meaning::Colour(colour) => self.colour = Some((colour, found.at)),
            Meaning::Count(count) => self.count = Some(count),
            Meaning::Age(age) => self.age = Some((age, found.at)),
            Meaning::Prop(prop) => self.hold(prop),
            Meaning::Sunny => {
                self.weather.get_or_insert(weathers::named("clear"));
                self.time.get_or_insert(TimeOfDay::Day);
            }
            Meaning::Next | Meaning::Nothing => {}
        }
    }

    fn enter(&mut self, subject: &'static dyn subjects::Subject, found: &Found) {
        let near = |at: usize| found.at.saturating_sub(at) <= 3;
        let colour = self.colour.take().filter(|(_, at)| near(*at)).map(|(colour, _)| colour);
        let age = self.age.take().filter(|(_, at)| near(*at)).map(|(age, _)| age);
        let age = age.or(found.age).unwrap_or_default();
        let count = self.count.take().unwrap_or(if found.plural { 3 } else { 1 }).clamp(1, 5);
        if let Some(known) = self.cast.iter_mut().find(|role| role.subject.name() == subject.name()) {
            known.count = known.count.max(count);
            return;
        }
        if self.cast.len() < 3 {
            let said = self.action.take();
            self.waiting = said.is_none();
            let (told, action) = (said.is_some(), said.unwrap_or_else(|| subject.habit()));
            let prop = self.prop.take_if(|prop| subject.holds(*prop));
            self.cast.push(Role { subject, action, told, colour, age, prop, count });
        }
    }

    /// Gives a prop to whoever can use it and was named last, or keeps it for who is named next.
    fn hold(&mut self, prop: Prop) {
        match self.cast.iter_mut().rev().find(|role| role.subject.holds(prop)) {
            Some(role) => role.prop = Some(prop),
            None => self.prop = Some(prop),
        }
    }

    fn act(&mut self, action: Action) {
        match self.cast.last_mut() {
            Some(role) if self.waiting => {
                (role.action, role.told) = (action, true);
                self.waiting = false;
            }
            // "A boy and a girl dancing": the verb is said once for all.
            _ => self.action = Some(action),
        }
        if !self.waiting {
            let shared = self.cast.last().map(|role| role.action);
            for role in self.cast.iter_mut().rev().skip(1) {
                if role.action == role.subject.habit() && role.subject.acts() {
                    role.action = shared.unwrap_or(role.action);
                    role.told = true;
                }
            }
        }
    }

    /// Takes what holds for the film from all that is said: a style or a weather named at the end is meant throughout.
    fn within(mut self, whole: &Self) -> Self {
        self.weather = self.weather.or(whole.weather);
        (self.style, self.style_hint) = (whole.style, whole.style_hint);
        self
    }

    /// The scene after `before`: what is not said again stays as it was, and whoever was seen does what is said now.
    fn after(mut self, before: &Scene) -> Scene {
        if self.cast.is_empty() {
            self.cast.clone_from(&before.cast);
            if let Some(action) = self.action {
                let actors = self.cast.iter_mut().filter(|role| role.subject.acts());
                for role in actors {
                    (role.action, role.told) = (role.subject.able(action), true);
                    // Who leaves its branch does not take it along.
                    role.prop = role.prop.filter(|prop| *prop != Prop::Branch);
                }
            }
        }
        self.settle();
        for role in &mut self.cast {
            let known = before.cast.iter().find(|known| known.subject.name() == role.subject.name());
            if let Some(known) = known {
                role.colour = role.colour.or(known.colour);
                role.age = if role.age == Age::Grown { known.age } else { role.age };
                role.prop = role.prop.or(known.prop.filter(|prop| *prop != Prop::Branch));
            }
        }
        self.cast.sort_by_key(|role| role.subject.acts());
        // Who flies or swims is not where those were seen who walk.
        let footing = |cast: &[Role]| cast.last().map(|role| role.subject.footing(role.action));
        if footing(&self.cast) != footing(&before.cast) && !before.cast.is_empty() {
            let home = self.cast.last().map(|role| settings::named(role.subject.home()));
            self.setting = self.setting.or(home);
        }
        // Two shots that look alike do not cut; one that comes closer does.
        let other = if before.camera == Camera::PushIn { Camera::Drift } else { Camera::PushIn };
        Scene {
            setting: self.setting.unwrap_or(before.setting),
            weather: self.weather.unwrap_or(before.weather),
            time: self.time.unwrap_or(before.time),
            cast: self.cast,
            camera: self.camera.unwrap_or(other),
            ..before.clone()
        }
    }

    fn finish(mut self, reading: &scan::Reading, seed: u64) -> Scene {
        // "Cinematic" is said of everything: what is seen says more.
        let named = self.style.filter(|style| style.name() != "cinematic");
        self.style = named.or(self.style_hint).or(self.style);
        self.settle();
        if self.prop == Some(Prop::Cup) && self.cast.len() < 3 {
            self.cast.push(alone(subjects::cup()));
        }
        let words = reading.unknown.iter().fold(0, |hash, word| hash_text(hash, word));
        let weather = self.weather.unwrap_or_else(|| weathers::named("clear"));
        let time = self.time.unwrap_or_else(|| self.default_time(weather));
        let setting = self.setting.unwrap_or_else(|| self.default_setting(weather, words));
        let own = mix(self.meaning(setting, weather, time, words), seed);
        // What grows or stands belongs behind whoever acts.
        self.cast.sort_by_key(|role| role.subject.acts());
        Scene {
            setting,
            weather,
            time,
            cast: self.cast,
            camera: self.camera.unwrap_or(Camera::Drift),
            style: self.style.unwrap_or_else(|| styles::named("natural")),
            accent: (own % 360) as u16,
            seed: own,
            unknown: reading.unknown.clone(),
        }
    }

    /// What is meant, as a number: the same in every language, another for every other scene.
    fn meaning(
        &self,
        setting: &dyn settings::Setting,
        weather: &dyn weathers::Weather,
        time: TimeOfDay,
        words: u64,
    ) -> u64 {
        let place = [setting.name(), weather.name(), time.name()];
        let place = place.into_iter().fold(words, hash_text);
        self.cast.iter().fold(place, |hash, role| {
            let told = hash_text(hash_text(hash, role.subject.name()), role.action.name());
            let colour = role.colour.map_or("", Colour::name);
            mix(hash_text(told, colour), u64::from(role.count))
        })
    }

    /// Brings actions and props to what each subject can do: water is swum in, and who sits in the air sits on a branch.
    fn settle(&mut self) {
        for role in &mut self.cast {
            role.action = role.subject.able(role.action);
            if role.prop == Some(Prop::Branch) && !role.told {
                role.action = role.subject.able(Action::Sit);
            }
            if role.prop == Some(Prop::Umbrella) && role.action == Action::Jump {
                role.action = Action::Idle;
            }
            role.prop = role.prop.or_else(|| role.subject.rests(role.action));
        }
        // Who is talked with talks too.
        if self.cast.iter().any(|role| role.action == Action::Talk) {
            let silent =
                self.cast.iter_mut().filter(|role| role.subject.acts() && role.action == Action::Idle);
            silent.for_each(|role| role.action = role.subject.able(Action::Talk));
        }
        let names: Vec<_> = self.cast.iter().map(|role| role.subject.name()).collect();
        for role in self.cast.iter_mut().filter(|role| !role.told) {
            if role.subject.alights().is_some_and(|on| names.contains(&on)) {
                role.action = role.subject.able(Action::Sit);
            }
        }
    }

    fn default_time(&self, weather: &dyn weathers::Weather) -> TimeOfDay {
        let style = self.style.and_then(styles::Style::hour);
        style.or_else(|| weather.hour()).unwrap_or(TimeOfDay::Day)
    }

    fn default_setting(&self, weather: &dyn weathers::Weather, words: u64) -> &'static dyn settings::Setting {
        if let Some(role) = self.cast.last() {
            let wet = matches!(weather.name(), "rain" | "storm");
            let home = if role.prop == Some(Prop::Branch) { "forest" } else { role.subject.home() };
            return settings::named(if wet && home == "meadow" { "street" } else { home });
        }
        let open = ["meadow", "mountains", "sea", "city", "forest"];
        settings::named(open[(words % open.len() as u64) as usize])
    }
}

/// A thing that is seen for itself.
fn alone(subject: &'static dyn subjects::Subject) -> Role {
    let (action, age) = (subject.habit(), Age::default());
    Role { subject, action, told: false, colour: None, age, prop: None, count: 1 }
}
