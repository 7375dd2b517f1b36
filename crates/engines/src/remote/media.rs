//! Reference media on their way out: a file on this machine, and the form an upstream takes it in. Bytes are read when
//! they are sent, piece by piece; nothing here holds a picture.

use std::path::PathBuf;

use filmgate_domain::media::Input;
use serde::Deserialize;

use super::language::Value;

/// How an upstream takes a medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Form {
    /// A URL it fetches by itself.
    Url,
    /// A `data:` URL.
    DataUri,
    /// Base 64 alone.
    Base64,
    /// A part of a multipart form.
    File,
}

/// A reference medium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Media {
    pub(crate) path: PathBuf,
    /// Its size.
    pub(crate) bytes: u64,
    pub(crate) mime: &'static str,
    /// Where the world can fetch it, if it can.
    link: Option<String>,
    /// What the upstream takes, the best first.
    forms: Vec<Form>,
    /// How it is to be written.
    pub(crate) form: Form,
}

impl Media {
    /// The medium `input` at `path` for an upstream that takes `forms`. Nothing when it can be given in none of them.
    pub(crate) fn new(input: &Input, path: PathBuf, link: Option<String>, forms: &[Form]) -> Option<Self> {
        let open = |form: &&Form| **form != Form::Url || link.is_some();
        let form = *forms.iter().find(open)?;
        Some(Self { path, bytes: input.bytes, mime: mime(&input.format), link, forms: forms.to_vec(), form })
    }

    /// What `{it.NAME}` stands for; the blank name is the best form there is.
    pub(crate) fn form(&self, name: &str) -> Option<Value> {
        let form = match name {
            "" => self.form,
            "url" => Form::Url,
            "data_uri" => Form::DataUri,
            "base64" => Form::Base64,
            "file" => Form::File,
            "mime" => return Some(Value::Plain(self.mime.into())),
            _ => return None,
        };
        if form == Form::Url {
            return self.link.clone().map(|link| Value::Plain(link.into()));
        }
        Some(Value::Media(Self { form, ..self.clone() }))
    }

    /// What stands before its base 64.
    pub(crate) fn prefix(&self) -> String {
        if self.form == Form::DataUri { format!("data:{};base64,", self.mime) } else { String::new() }
    }

    /// A file name that says what it is.
    pub(crate) fn file_name(&self) -> String {
        format!("reference.{}", self.mime.rsplit('/').next().unwrap_or("bin"))
    }
}

/// The media type of a format that the probe knows.
fn mime(format: &str) -> &'static str {
    match format.to_ascii_lowercase().as_str() {
        "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "webm" => "video/webm",
        "mov" | "quicktime" => "video/quicktime",
        _ => "video/mp4",
    }
}
