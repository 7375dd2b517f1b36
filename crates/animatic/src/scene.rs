//! The scene: what was read out of a prompt, as plain data. Planning makes it, everything else only looks at it.

use crate::chance::hash_text;
use crate::raster::Rgb;
use crate::settings::Setting;
use crate::styles::Style;
use crate::subjects::Subject;
use crate::weathers::Weather;

/// A prompt, understood.
#[derive(Debug, Clone)]
pub struct Scene {
    pub(crate) setting: &'static dyn Setting,
    pub(crate) weather: &'static dyn Weather,
    pub(crate) time: TimeOfDay,
    pub(crate) cast: Vec<Role>,
    pub(crate) camera: Camera,
    pub(crate) style: &'static dyn Style,
    /// Words nothing was found for; they turn the accent and the details of the picture. Kept to be shown.
    pub(crate) unknown: Vec<String>,
    /// A hue in 1/360 turns for what the prompt gives no colour to.
    pub(crate) accent: u16,
    pub(crate) seed: u64,
}

impl Scene {
    /// True if both would be filmed the same way.
    pub fn films_like(&self, other: &Self) -> bool {
        format!("{self:?}") == format!("{other:?}")
    }

    /// The words of the prompt that nothing was found for.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Whether somebody dances.
    pub(crate) fn dances(&self) -> bool {
        self.cast.iter().any(|role| role.action == Action::Dance)
    }

    /// Whether there is no air where it takes place.
    pub(crate) fn airless(&self) -> bool {
        matches!(self.setting.name(), "space" | "moon" | "underwater")
    }

    /// A seed for one purpose, so that painting windows does not move the clouds.
    pub(crate) fn seed_for(&self, purpose: &str) -> u64 {
        hash_text(self.seed, purpose)
    }
}

/// One member of the cast, perhaps several times.
#[derive(Debug, Clone)]
pub(crate) struct Role {
    pub(crate) subject: &'static dyn Subject,
    pub(crate) action: Action,
    /// Whether the prompt says what it does, rather than its habit.
    pub(crate) told: bool,
    pub(crate) colour: Option<Colour>,
    pub(crate) age: Age,
    /// What it holds or rests upon.
    pub(crate) prop: Option<Prop>,
    pub(crate) count: u8,
}

/// How old somebody looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Age {
    Young,
    #[default]
    Grown,
    Old,
}

impl Age {
    /// Its name; none for who is simply grown.
    pub(crate) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Young => Some("young"),
            Self::Grown => None,
            Self::Old => Some("old"),
        }
    }
}

/// Something small that belongs to a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prop {
    Umbrella,
    Book,
    Cup,
    /// Not held but rested upon, high above the ground.
    Branch,
}

impl Prop {
    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Umbrella => "umbrella",
            Self::Book => "book",
            Self::Cup => "cup",
            Self::Branch => "branch",
        }
    }
}

/// What a subject does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Idle,
    Walk,
    Run,
    Dance,
    Sit,
    Fly,
    Swim,
    Play,
    Jump,
    Talk,
    /// Straight up: a launch, a balloon that is let go.
    Rise,
}

impl Action {
    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Walk => "walk",
            Self::Run => "run",
            Self::Dance => "dance",
            Self::Sit => "sit",
            Self::Fly => "fly",
            Self::Swim => "swim",
            Self::Play => "play",
            Self::Jump => "jump",
            Self::Talk => "talk",
            Self::Rise => "rise",
        }
    }

    /// How fast it carries a subject through the scene, in body heights per second.
    pub(crate) fn pace(self) -> f32 {
        match self {
            Self::Walk => 0.55,
            Self::Run => 1.5,
            Self::Fly => 0.8,
            Self::Swim => 0.5,
            _ => 0.0,
        }
    }
}

/// The hour, as light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeOfDay {
    Dawn,
    Day,
    Golden,
    Dusk,
    Night,
}

impl TimeOfDay {
    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Dawn => "dawn",
            Self::Day => "day",
            Self::Golden => "golden hour",
            Self::Dusk => "dusk",
            Self::Night => "night",
        }
    }
}

/// How the camera moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Camera {
    /// The calm default: a slow sideways drift that shows the depth.
    Drift,
    Still,
    /// Near from the beginning, and nearer.
    CloseUp,
    /// From afar: the place, and somebody small in it.
    Wide,
    /// Beside whoever moves.
    Track,
    PushIn,
    PullOut,
    PanLeft,
    PanRight,
    TiltUp,
    TiltDown,
    Orbit,
    Handheld,
    Aerial,
}

impl Camera {
    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Drift => "drift",
            Self::Still => "still",
            Self::CloseUp => "close-up",
            Self::Wide => "wide",
            Self::Track => "tracking",
            Self::PushIn => "push in",
            Self::PullOut => "pull out",
            Self::PanLeft => "pan left",
            Self::PanRight => "pan right",
            Self::TiltUp => "tilt up",
            Self::TiltDown => "tilt down",
            Self::Orbit => "orbit",
            Self::Handheld => "handheld",
            Self::Aerial => "aerial",
        }
    }
}

/// A colour named in the prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    Red,
    Orange,
    Yellow,
    Green,
    Blue,
    Purple,
    Pink,
    Brown,
    Black,
    White,
    Grey,
    Golden,
}

impl Colour {
    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Orange => "orange",
            Self::Yellow => "yellow",
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Purple => "purple",
            Self::Pink => "pink",
            Self::Brown => "brown",
            Self::Black => "black",
            Self::White => "white",
            Self::Grey => "grey",
            Self::Golden => "golden",
        }
    }

    pub(crate) fn rgb(self) -> Rgb {
        Rgb::hex(match self {
            Self::Red => 0xd0_3a35,
            Self::Orange => 0xe8_8a34,
            Self::Yellow => 0xf2_c63c,
            Self::Green => 0x4b_9c52,
            Self::Blue => 0x3b_73c8,
            Self::Purple => 0x80_4fb8,
            Self::Pink => 0xee_8fb2,
            Self::Brown => 0x8a_5a38,
            Self::Black => 0x2c_2b33,
            Self::White => 0xf1_eee8,
            Self::Grey => 0x8b_8f99,
            Self::Golden => 0xe0_ae4a,
        })
    }
}
