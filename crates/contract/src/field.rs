//! What the dialects call things: one table per dialect of the fields of its create body, with what each means.
//!
//! Reading a request and describing it to people both walk these tables, so a field cannot be read without being
//! documented. What values a field may have is the model's affair ([`crate::catalogue`]), not this table's.

use filmgate_domain::request::Dialect;

/// What a field means, whatever a dialect calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Model,
    Prompt,
    Seconds,
    Size,
    Ratio,
    Resolution,
    FirstFrame,
    LastFrame,
    Images,
    Videos,
}

/// One field of a create body.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) meaning: Meaning,
    /// The field that replaced it, when it is kept for old clients.
    pub(crate) legacy_of: Option<&'static str>,
    /// What to put there, in English, without the limits (they come from the catalogue).
    pub(crate) about: &'static str,
}

/// How one dialect speaks.
#[derive(Debug)]
pub(crate) struct Speech {
    /// Where creates go.
    pub(crate) path: &'static str,
    /// What it calls a video in the `object` key.
    pub(crate) object: &'static str,
    /// Its fields, in the order of its documentation and of its problems.
    pub(crate) fields: &'static [Field],
    /// Pairs of fields of which at most one may be sent.
    pub(crate) either: &'static [[&'static str; 2]],
}

const fn field(name: &'static str, meaning: Meaning, about: &'static str) -> Field {
    Field { name, meaning, legacy_of: None, about }
}

const fn legacy(name: &'static str, meaning: Meaning, new: &'static str) -> Field {
    Field { name, meaning, legacy_of: Some(new), about: "Kept for old clients." }
}

const MODEL: Field = field("model", Meaning::Model, "The model that makes the film.");

const PROMPT: Field = field(
    "prompt",
    Meaning::Prompt,
    "What the film shows: the scene, who is in it, what happens, how the camera moves, the light, the style.",
);

static SORA: Speech = Speech {
    path: "/v1/sora/videos",
    object: "video.generation",
    fields: &[
        MODEL,
        PROMPT,
        field("size", Meaning::Size, "Picture size in pixels. Send this or `aspect_ratio`, not both."),
        field("aspect_ratio", Meaning::Ratio, "Picture shape. Send this or `size`, not both."),
        field("duration", Meaning::Seconds, "Length in seconds. Send this or `seconds`, not both."),
        field("seconds", Meaning::Seconds, "Length in seconds. Send this or `duration`, not both."),
        field(
            "input_reference",
            Meaning::Images,
            "A reference image: http(s) URL or base-64 `data:` URL. Its pixels must have the size of the film. Send this or `image_urls`, not both.",
        ),
        field(
            "image_urls",
            Meaning::Images,
            "The same as `input_reference`. Send this or `input_reference`, not both.",
        ),
    ],
    either: &[["size", "aspect_ratio"], ["duration", "seconds"], ["input_reference", "image_urls"]],
};

static VIDEOS: Speech = Speech {
    path: "/v1/videos/videos",
    object: "video",
    fields: &[
        MODEL,
        PROMPT,
        field("duration", Meaning::Seconds, "Length in seconds."),
        field("ratio", Meaning::Ratio, "Picture shape."),
        field("resolution", Meaning::Resolution, "Picture resolution."),
        field(
            "first_image",
            Meaning::FirstFrame,
            "The film's first frame: http(s) URL or base-64 `data:` URL. Together with `last_image`; not together with references.",
        ),
        field(
            "last_image",
            Meaning::LastFrame,
            "The film's last frame. Together with `first_image`; not together with references.",
        ),
        field(
            "referenceImages",
            Meaning::Images,
            "Images that guide the film: http(s) URLs or base-64 `data:` URLs. Not together with frames.",
        ),
        field(
            "referenceVideos",
            Meaning::Videos,
            "Videos that guide the film: http(s) URLs or base-64 `data:` URLs. Not together with frames.",
        ),
        legacy("image", Meaning::FirstFrame, "first_image"),
        legacy("lastFrameImage", Meaning::LastFrame, "last_image"),
    ],
    either: &[],
};

/// How `dialect` speaks.
pub(crate) fn speech(dialect: Dialect) -> &'static Speech {
    match dialect {
        Dialect::Sora => &SORA,
        Dialect::Videos => &VIDEOS,
    }
}
