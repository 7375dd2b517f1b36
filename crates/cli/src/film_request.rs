//! From the words of the command line to the body of a create: which model can do it, and how its dialect says it.
//! Files become `data:` URLs, URLs pass through.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use filmgate_contract::catalogue::{Catalogue, Durations, Model};
use filmgate_domain::request::Dialect;
use serde_json::{Map, Value, json};

use crate::trouble::Trouble;

/// The largest picture that is sent, in bytes: the contract wants fewer than this.
const IMAGE_BYTES: u64 = 20_000_000;
/// The largest film that is sent, in bytes.
const VIDEO_BYTES: u64 = 200_000_000;
/// Room for all of them in base-64.
pub(crate) const LARGEST_BODY: u64 = 512 << 20;

/// What film is wanted.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Asked {
    /// What the film shows, in English or Chinese
    pub(crate) prompt: String,
    /// Model [default: the first that can make it, see `filmgate model list`]
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Length in seconds [default: the model's]
    #[arg(long, value_name = "N")]
    seconds: Option<u32>,
    /// Width to height, such as 16:9
    #[arg(long, value_name = "W:H", conflicts_with = "size")]
    ratio: Option<String>,
    /// Picture size, such as 1280x720
    #[arg(long, value_name = "WxH")]
    size: Option<String>,
    /// Reference image that the film shows: a file or URL
    #[arg(long, value_name = "IMAGE", conflicts_with_all = ["first", "last", "ref_image", "ref_video"])]
    image: Option<String>,
    /// First frame: a file or URL
    #[arg(long, value_name = "IMAGE", requires = "last", conflicts_with_all = ["ref_image", "ref_video"])]
    first: Option<String>,
    /// Last frame: a file or URL
    #[arg(long, value_name = "IMAGE", requires = "first")]
    last: Option<String>,
    /// Reference image that is cut in: a file or URL; may be given several times
    #[arg(long, value_name = "IMAGE")]
    ref_image: Vec<String>,
    /// Reference video that is cut in: a file or URL; may be given several times
    #[arg(long, value_name = "VIDEO")]
    ref_video: Vec<String>,
}

/// A create, ready to be sent.
#[derive(Debug)]
pub(crate) struct Body {
    /// The dialect's path.
    pub(crate) route: &'static str,
    /// What is posted there.
    pub(crate) json: Value,
}

impl Asked {
    /// Refuses a model that `catalogue` does not have. The catalogue of a server elsewhere may differ from ours, so
    /// that is for those who know it.
    pub(crate) fn known_to(&self, catalogue: &Catalogue) -> Result<(), Trouble> {
        let Some(name) = self.model.as_ref().filter(|name| catalogue.get(name).is_none()) else {
            return Ok(());
        };
        let names: Vec<_> = catalogue.models().iter().map(|model| &*model.name).collect();
        Err(Trouble::usage(format!("there is no model `{name}`; there are {}", names.join(", "))))
    }

    /// The create that asks for it.
    pub(crate) fn body(&self, catalogue: &Catalogue) -> Result<Body, Trouble> {
        let model = match &self.model {
            Some(name) => catalogue.get(name),
            None => catalogue.models().iter().find(|model| self.fits(model)).or(catalogue.models().first()),
        };
        let mut body = Map::new();
        let name = self.model.as_deref().or(model.map(|model| &*model.name));
        body.insert("model".to_owned(), json!(name));
        body.insert("prompt".to_owned(), json!(self.prompt));
        // A model that is not in the catalogue may still be in the server's: it answers for itself.
        match model.map_or(Dialect::Videos, |model| model.dialect) {
            Dialect::Sora => self.sora(&mut body)?,
            Dialect::Videos => self.videos(&mut body, model)?,
        }
        let route = match model.map_or(Dialect::Videos, |model| model.dialect) {
            Dialect::Sora => "/v1/sora/videos",
            Dialect::Videos => "/v1/videos/videos",
        };
        body.retain(|_, value| !value.is_null());
        Ok(Body { route, json: Value::Object(body) })
    }

    /// Whether `model` can make it.
    fn fits(&self, model: &Model) -> bool {
        let picture =
            |fits: &dyn Fn(&filmgate_contract::catalogue::Picture) -> bool| model.pictures.iter().any(fits);
        let images = self.ref_image.len() + usize::from(self.image.is_some());
        let references = model.dialect == Dialect::Videos || self.ref_image.is_empty();
        self.seconds.is_none_or(|seconds| model.durations.allow(seconds))
            && self.ratio.as_ref().is_none_or(|ratio| picture(&|picture| picture.ratio == *ratio))
            && self.size.as_ref().is_none_or(|size| picture(&|picture| picture.size.to_string() == *size))
            && images <= model.max_images()
            && self.ref_video.len() <= model.max_videos()
            && (self.first.is_none() || model.takes_frames())
            && references
    }

    fn sora(&self, body: &mut Map<String, Value>) -> Result<(), Trouble> {
        let unheard = [
            ("--first", self.first.is_some()),
            ("--ref-image", !self.ref_image.is_empty()),
            ("--ref-video", !self.ref_video.is_empty()),
        ];
        if let Some((flag, _)) = unheard.into_iter().find(|(_, given)| *given) {
            return Err(Trouble::usage(format!(
                "this model takes no {flag}; choose another with --model, or none"
            )));
        }
        body.insert("seconds".to_owned(), json!(self.seconds));
        body.insert("size".to_owned(), json!(self.size));
        body.insert("aspect_ratio".to_owned(), json!(self.ratio));
        if let Some(image) = &self.image {
            body.insert("input_reference".to_owned(), json!([medium(image, IMAGE_BYTES)?]));
        }
        Ok(())
    }

    fn videos(&self, body: &mut Map<String, Value>, model: Option<&Model>) -> Result<(), Trouble> {
        body.insert("duration".to_owned(), json!(self.seconds.or_else(|| model.map(shortest))));
        body.insert("ratio".to_owned(), json!(self.ratio_for(model)?));
        for (name, frame) in [("first_image", &self.first), ("last_image", &self.last)] {
            if let Some(frame) = frame {
                body.insert(name.to_owned(), json!(medium(frame, IMAGE_BYTES)?));
            }
        }
        let images: Vec<_> = self
            .image
            .iter()
            .chain(&self.ref_image)
            .map(|image| medium(image, IMAGE_BYTES))
            .collect::<Result<_, _>>()?;
        let videos: Vec<_> =
            self.ref_video.iter().map(|video| medium(video, VIDEO_BYTES)).collect::<Result<_, _>>()?;
        for (name, list) in [("referenceImages", images), ("referenceVideos", videos)] {
            if !list.is_empty() {
                body.insert(name.to_owned(), json!(list));
            }
        }
        Ok(())
    }

    /// The dialect has no sizes, only ratios.
    fn ratio_for(&self, model: Option<&Model>) -> Result<Option<String>, Trouble> {
        let Some(size) = &self.size else { return Ok(self.ratio.clone()) };
        let pictures = model.map(|model| &model.pictures[..]).unwrap_or_default();
        let found = pictures.iter().find(|picture| picture.size.to_string() == *size);
        let made: Vec<_> = pictures.iter().map(|picture| picture.size.to_string()).collect();
        let wrong = || {
            Trouble::usage(format!(
                "--size {size} is not possible with this model; it makes {}",
                made.join(", ")
            ))
        };
        found.map(|picture| Some(picture.ratio.clone())).ok_or_else(wrong)
    }
}

fn shortest(model: &Model) -> u32 {
    model.default_duration.unwrap_or(match &model.durations {
        Durations::Listed(list) => list.first().copied().unwrap_or(4),
        Durations::Between { min, .. } => *min,
    })
}

/// A URL as it is, a file as a `data:` URL.
fn medium(given: &str, most: u64) -> Result<String, Trouble> {
    if ["http://", "https://", "data:"].iter().any(|scheme| given.starts_with(scheme)) {
        return Ok(given.to_owned());
    }
    let path = Path::new(given);
    let unreadable = |why| Trouble::new(format!("{given} cannot be read: {why}"));
    let size = path.metadata().map_err(unreadable)?.len();
    if size > most {
        let (size, most) = (size / 1_000_000, most / 1_000_000);
        return Err(Trouble::new(format!("{given} has {size} MB, allowed are {most} MB; make it smaller")));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let kind = kind(&bytes).ok_or_else(|| {
        Trouble::new(format!("{given} is neither a picture (JPEG, PNG, WebP) nor a film (MP4, MOV, WebM)"))
    })?;
    Ok(format!("data:{kind};base64,{}", STANDARD.encode(bytes)))
}

/// The media type that the first bytes show.
fn kind(bytes: &[u8]) -> Option<&'static str> {
    let at = |place: usize, mark: &[u8]| bytes.get(place..place + mark.len()) == Some(mark);
    let marks: [(bool, &str); 6] = [
        (at(0, b"\xff\xd8\xff"), "image/jpeg"),
        (at(0, b"\x89PNG\r\n\x1a\n"), "image/png"),
        (at(0, b"RIFF") && at(8, b"WEBP"), "image/webp"),
        (at(4, b"ftypqt  "), "video/quicktime"),
        (at(4, b"ftyp"), "video/mp4"),
        (at(0, b"\x1a\x45\xdf\xa3"), "video/webm"),
    ];
    marks.into_iter().find(|(here, _)| *here).map(|(_, kind)| kind)
}

/// A file name of the prompt's first words and the id's last letters.
pub(crate) fn file_name(prompt: &str, id: &str) -> String {
    let words = prompt.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = String::new();
    for word in words {
        if slug.chars().count() + word.chars().count() > 40 && !slug.is_empty() {
            break;
        }
        slug.push_str(&word.to_lowercase().chars().take(40).collect::<String>());
        slug.push('-');
    }
    let tail = &id[id.len().saturating_sub(6)..];
    format!("{slug}{tail}.mp4")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(change: impl FnOnce(&mut Asked)) -> Body {
        let mut asked = Asked { prompt: "a cat".to_owned(), ..Asked::default() };
        change(&mut asked);
        asked.body(&Catalogue::builtin()).unwrap()
    }

    #[test]
    fn the_first_model_that_can_make_it_is_taken() {
        let model = |change: fn(&mut Asked)| asked(change).json["model"].as_str().unwrap().to_owned();
        assert_eq!(model(|_| {}), "openAiSora2Plus");
        assert_eq!(model(|asked| asked.seconds = Some(8)), "openAiSora2Plus");
        assert_eq!(model(|asked| asked.seconds = Some(5)), "videos");
        assert_eq!(model(|asked| asked.ratio = Some("1:1".to_owned())), "videos");
        assert_eq!(model(|asked| asked.size = Some("960x960".to_owned())), "videos");
        assert_eq!(model(|asked| asked.image = Some("http://a/b.png".to_owned())), "openAiSora2Plus");
        assert_eq!(model(|asked| asked.ref_image = vec!["http://a/b.png".to_owned()]), "videos");
        assert_eq!(model(|asked| asked.ref_video = vec!["http://a/b.mp4".to_owned()]), "videos");
        assert_eq!(
            model(|asked| (asked.first, asked.last) =
                (Some("http://a".to_owned()), Some("http://b".to_owned()))),
            "videos"
        );
    }

    #[test]
    fn each_dialect_gets_its_own_words() {
        let sora = asked(|asked| (asked.seconds, asked.ratio) = (Some(8), Some("16:9".to_owned())));
        assert_eq!(sora.route, "/v1/sora/videos");
        assert_eq!(
            sora.json,
            json!({"model": "openAiSora2Plus", "prompt": "a cat", "seconds": 8, "aspect_ratio": "16:9"})
        );
        let videos = asked(|asked| asked.size = Some("960x960".to_owned()));
        assert_eq!(videos.route, "/v1/videos/videos");
        assert_eq!(videos.json, json!({"model": "videos", "prompt": "a cat", "duration": 4, "ratio": "1:1"}));
    }

    #[test]
    fn names_are_made_of_the_first_words() {
        let name = |prompt| file_name(prompt, "sora_01hf7yat00abcdef");
        assert_eq!(
            name("A cat dancing in the rain, cinematic style"),
            "a-cat-dancing-in-the-rain-cinematic-abcdef.mp4"
        );
        assert_eq!(name("../../etc/passwd"), "etc-passwd-abcdef.mp4");
        assert_eq!(name("一只猫在雨中跳舞"), "一只猫在雨中跳舞-abcdef.mp4");
    }
}
