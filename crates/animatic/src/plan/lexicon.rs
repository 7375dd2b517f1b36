//! The vocabulary: every phrase and what it means. Settings, subjects, weathers and styles bring their own (each in its
//! file); the rest is in `words`.

use super::words::{ACTIONS, CAMERAS, COLOURS, COUNTS, NEXT, NOTHING, OLD, PROPS, SUNNY, TIMES, YOUNG};
use crate::scene::{Action, Age, Camera, Colour, Prop, TimeOfDay};
use crate::settings::{self, Setting};
use crate::styles::{self, Style};
use crate::subjects::{self, Subject};
use crate::weathers::{self, Weather};

/// What a phrase means.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
    Setting(&'static dyn Setting),
    Weather(&'static dyn Weather),
    Style(&'static dyn Style),
    /// A thing that is usually filmed in this style.
    StyleHint(&'static dyn Style),
    Subject(&'static dyn Subject),
    Time(TimeOfDay),
    Camera(Camera),
    Action(Action),
    Colour(Colour),
    Count(u8),
    Age(Age),
    Prop(Prop),
    /// Sun, said of a place: fair weather, by day unless an hour is named.
    Sunny,
    /// What follows is seen after what was said before.
    Next,
    /// Known, and of no consequence for the picture.
    Nothing,
}

/// Hands over every phrase group of the vocabulary, always in the same order.
pub(super) fn each(take: &mut dyn FnMut(&'static [&'static str], Meaning)) {
    for it in settings::ALL {
        take(it.words(), Meaning::Setting(*it));
    }
    for it in weathers::ALL {
        take(it.words(), Meaning::Weather(*it));
    }
    for it in styles::ALL {
        take(it.words(), Meaning::Style(*it));
        take(it.hints(), Meaning::StyleHint(*it));
    }
    for it in subjects::ALL {
        take(it.words(), Meaning::Subject(*it));
    }
    for (time, words) in TIMES {
        take(words, Meaning::Time(*time));
    }
    for (camera, words) in CAMERAS {
        take(words, Meaning::Camera(*camera));
    }
    for (action, words) in ACTIONS {
        take(words, Meaning::Action(*action));
    }
    for (colour, words) in COLOURS {
        take(words, Meaning::Colour(*colour));
    }
    for (count, words) in COUNTS {
        take(words, Meaning::Count(*count));
    }
    take(SUNNY, Meaning::Sunny);
    take(YOUNG, Meaning::Age(Age::Young));
    take(OLD, Meaning::Age(Age::Old));
    for (prop, words) in PROPS {
        take(words, Meaning::Prop(*prop));
    }
    take(NEXT, Meaning::Next);
    take(NOTHING, Meaning::Nothing);
}
