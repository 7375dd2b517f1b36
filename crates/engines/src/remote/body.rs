//! Request bodies: JSON or a multipart form, as pieces whose lengths are known before a byte is read. Files are read
//! and put into base 64 while they are sent, so a job takes the same little memory whatever its references weigh.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::io::AsyncReadExt;

use super::language::Made;
use super::media::{Form, Media};

/// How much of a file is read at once; a multiple of three, so that pieces of base 64 join without padding.
const PIECE: usize = 48 * 1024;

/// How a body is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Encoding {
    /// `application/json`.
    #[default]
    Json,
    /// `multipart/form-data`; tables inside become parts of JSON text.
    Form,
}

/// A body that can be sent.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) content_type: String,
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Text(String),
    File { path: PathBuf, bytes: u64, base64: bool },
}

impl Body {
    /// Writes `made` as `encoding` says. `boundary` must stand in no part.
    pub(crate) fn new(made: &Made, encoding: Encoding, boundary: &str) -> Self {
        let mut pieces = Pieces::default();
        match encoding {
            Encoding::Json => pieces.json(made),
            Encoding::Form => pieces.form(made, boundary),
        }
        let content_type = match encoding {
            Encoding::Json => "application/json".to_owned(),
            Encoding::Form => format!("multipart/form-data; boundary={boundary}"),
        };
        Self { content_type, pieces: pieces.end() }
    }

    /// How many bytes will be sent.
    pub(crate) fn length(&self) -> u64 {
        let length = |piece: &Piece| match piece {
            Piece::Text(text) => text.len() as u64,
            Piece::File { bytes, base64: true, .. } => bytes.div_ceil(3) * 4,
            Piece::File { bytes, .. } => *bytes,
        };
        self.pieces.iter().map(length).sum()
    }

    /// Whether all files are there and as long as they should be: what can be known before anything is sent.
    pub(crate) async fn check(&self) -> io::Result<()> {
        for piece in &self.pieces {
            if let Piece::File { path, bytes, .. } = piece
                && tokio::fs::metadata(path).await?.len() != *bytes
            {
                return Err(io::Error::other("a reference has not the length it was stored with"));
            }
        }
        Ok(())
    }

    /// The bytes, as they are wanted.
    pub(crate) fn stream(self) -> BoxStream<'static, io::Result<Bytes>> {
        let pieces = self.pieces.into_iter().map(|piece| match piece {
            Piece::Text(text) => stream::iter([Ok(Bytes::from(text))]).boxed(),
            Piece::File { path, base64, .. } => file(path, base64),
        });
        stream::iter(pieces).flatten().boxed()
    }
}

/// The bytes of a file, as they are or in base 64.
fn file(path: PathBuf, base64: bool) -> BoxStream<'static, io::Result<Bytes>> {
    let open = stream::once(tokio::fs::File::open(path));
    let read = open.map_ok(move |file| {
        stream::try_unfold(file, move |mut file| async move {
            let mut piece = Vec::with_capacity(PIECE);
            (&mut file).take(PIECE as u64).read_to_end(&mut piece).await?;
            let bytes = if base64 { Bytes::from(BASE64.encode(&piece)) } else { Bytes::from(piece) };
            Ok((!bytes.is_empty()).then_some((bytes, file)))
        })
    });
    read.try_flatten().boxed()
}

/// Pieces as they are written: neighbouring texts are one.
#[derive(Default)]
struct Pieces {
    text: String,
    done: Vec<Piece>,
}

impl Pieces {
    fn end(mut self) -> Vec<Piece> {
        self.done.push(Piece::Text(self.text));
        self.done
    }

    fn file(&mut self, media: &Media, base64: bool) {
        self.done.push(Piece::Text(std::mem::take(&mut self.text)));
        self.done.push(Piece::File { path: media.path.clone(), bytes: media.bytes, base64 });
    }

    fn json(&mut self, made: &Made) {
        match made {
            Made::Plain(value) => {
                let _written = write!(self.text, "{value}");
            }
            // Base 64 needs no escapes.
            Made::Media(media) => {
                let _written = write!(self.text, "\"{}", media.prefix());
                self.file(media, true);
                self.text.push('"');
            }
            Made::List(items) => {
                self.text.push('[');
                for (place, item) in items.iter().enumerate() {
                    self.text.push_str(if place > 0 { "," } else { "" });
                    self.json(item);
                }
                self.text.push(']');
            }
            Made::Table(members) => {
                self.text.push('{');
                for (place, (name, member)) in members.iter().enumerate() {
                    let comma = if place > 0 { "," } else { "" };
                    let _written = write!(self.text, "{comma}{}:", serde_json::Value::from(name.as_str()));
                    self.json(member);
                }
                self.text.push('}');
            }
        }
    }

    fn form(&mut self, made: &Made, boundary: &str) {
        let Made::Table(members) = made else { return };
        for (name, member) in members {
            let repeated =
                if let Made::List(items) = member { &items[..] } else { std::slice::from_ref(member) };
            for part in repeated {
                let _written =
                    write!(self.text, "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"");
                self.part(part);
                self.text.push_str("\r\n");
            }
        }
        let _written = write!(self.text, "--{boundary}--\r\n");
    }

    fn part(&mut self, part: &Made) {
        match part {
            Made::Media(media) if media.form == Form::File => {
                let (name, mime) = (media.file_name(), media.mime);
                let _written = write!(self.text, "; filename=\"{name}\"\r\nContent-Type: {mime}\r\n\r\n");
                self.file(media, false);
            }
            Made::Media(media) => {
                let _written = write!(self.text, "\r\n\r\n{}", media.prefix());
                self.file(media, true);
            }
            Made::Plain(serde_json::Value::String(text)) => {
                let _written = write!(self.text, "\r\n\r\n{text}");
            }
            other => {
                self.text.push_str("\r\n\r\n");
                self.json(other);
            }
        }
    }
}
