//! Links: a film's address, signed with HMAC-SHA-256 over what it leads to and when it ends. Whoever has the link may
//! download; nobody can make one or stretch its time. The first key signs, all verify: put a new one in front, keep
//! the old one for a day, and no link breaks.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::{ArtifactId, TaskId, well_formed};
use filmgate_domain::media::BlobKey;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::{Gateway, Refusal};

/// One secret that signs links.
#[derive(Clone)]
pub struct SigningKey {
    name: String,
    mac: Hmac<Sha256>,
}

impl SigningKey {
    /// A key from `secret`, at least 16 bytes of it; its public name is derived from it.
    pub fn new(secret: &[u8]) -> Option<Self> {
        let name = Sha256::digest([b"filmgate signing key name: ", secret].concat());
        let mac = Hmac::new_from_slice(secret).ok().filter(|_| secret.len() >= 16)?;
        Some(Self { name: URL_SAFE_NO_PAD.encode(&name[..4]), mac })
    }

    fn tag(&self, artifact: &str, ends: i64) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(format!("{artifact}\n{ends}").as_bytes());
        mac
    }
}

/// The signing keys in force, the one that signs first.
#[derive(Clone)]
pub struct Signer {
    keys: Vec<SigningKey>,
}

/// The query of a link, as it came.
#[derive(Clone, Debug, Default)]
pub struct Signature {
    /// When the link ends: Unix seconds.
    pub ends: i64,
    /// Which key signed.
    pub key: String,
    /// The signature, base-64 for URLs.
    pub tag: String,
}

impl Signer {
    /// A signer whose first key signs; `None` without any key.
    pub fn new(keys: Vec<SigningKey>) -> Option<Self> {
        (!keys.is_empty()).then_some(Self { keys })
    }

    /// Path and query of the link to `artifact` that works until `ends`; the base URL goes in front.
    pub fn link(&self, artifact: &ArtifactId, ends: Timestamp) -> String {
        self.signed(artifact.as_str(), ends)
    }

    /// The same for a reference that an upstream is to fetch.
    pub fn input_link(&self, task: &TaskId, place: u16, tail: &str, ends: Timestamp) -> String {
        self.signed(&format!("{task}.{place}.{tail}"), ends)
    }

    /// Path of the address at which an upstream may say that something has happened to `task`.
    pub fn hint_link(&self, task: &TaskId) -> String {
        let tag = self.keys[0].tag(&format!("hint {task}"), 0).finalize().into_bytes();
        format!("/callbacks/{task}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    /// The task that such an address is of, if one of our keys made it.
    pub fn check_hint(&self, name: &str) -> Option<TaskId> {
        let (task, tag) = name.rsplit_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        let genuine = |key: &SigningKey| key.tag(&format!("hint {task}"), 0).verify_slice(&tag).is_ok();
        (well_formed(task) && self.keys.iter().any(genuine)).then(|| TaskId::from_text(task))
    }

    fn signed(&self, name: &str, ends: Timestamp) -> String {
        let key = &self.keys[0];
        let tag = URL_SAFE_NO_PAD.encode(key.tag(name, ends.seconds()).finalize().into_bytes());
        format!("/files/{name}?e={}&k={}&s={tag}", ends.seconds(), key.name)
    }

    /// What a link leads to, if one of our keys signed it and its time is not over.
    pub fn check(&self, artifact: &str, signature: &Signature, now: Timestamp) -> Result<BlobKey, Refusal> {
        let tag = URL_SAFE_NO_PAD.decode(&signature.tag).unwrap_or_default();
        let key = self.keys.iter().find(|key| key.name == signature.key).ok_or(Refusal::BadSignature)?;
        key.tag(artifact, signature.ends).verify_slice(&tag).map_err(|_| Refusal::BadSignature)?;
        if !well_formed(artifact) {
            return Err(Refusal::BadSignature);
        }
        if now.seconds() >= signature.ends { Err(Refusal::Expired) } else { Ok(blob(artifact)) }
    }
}

/// The bytes that a link's name stands for: a reference has its task, its place and its tail, divided by dots.
fn blob(name: &str) -> BlobKey {
    let mut parts = name.splitn(3, '.');
    let task = parts.next().unwrap_or_default();
    match (parts.next().and_then(|place| place.parse().ok()), parts.next()) {
        (Some(place), Some(tail)) => {
            BlobKey::Input { task: TaskId::from_text(task), place, tail: tail.into() }
        }
        _ => BlobKey::Artifact(ArtifactId::from_text(name)),
    }
}

/// What a link leads to.
pub struct Opened {
    /// The bytes.
    pub file: std::fs::File,
    /// Their media type.
    pub mime: &'static str,
}

impl Gateway {
    /// Opens the film, or the reference, that a link leads to.
    pub fn open(&self, artifact: &str, signature: &Signature) -> Result<Opened, Refusal> {
        let blob = self.signer().check(artifact, signature, self.now())?;
        let file = self.store().blobs().open(&blob).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Refusal::Expired,
            _ => Refusal::from(error),
        })?;
        let mime = if matches!(blob, BlobKey::Artifact(_)) { "video/mp4" } else { mime(&file)? };
        Ok(Opened { file, mime })
    }
}

/// The media type of a reference, by how it begins: what the probe accepted is one of these.
fn mime(file: &std::fs::File) -> std::io::Result<&'static str> {
    use std::os::unix::fs::FileExt;
    let mut head = [0; 12];
    let read = file.read_at(&mut head, 0)?;
    Ok(match &head[..read] {
        [0xff, 0xd8, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [b'R', b'I', b'F', b'F', ..] => "image/webp",
        [0x1a, 0x45, 0xdf, 0xa3, ..] => "video/webm",
        [.., b'q', b't', b' ', b' '] => "video/quicktime",
        _ => "video/mp4",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_a_film_or_to_a_reference() {
        let ours = signer(&["0123456789abcdef"]);
        let (task, ends) = (TaskId::from_text("video_1"), Timestamp::from_millis(9_000));
        let (name, signature) = parse(&ours.input_link(&task, 2, "abc", ends));
        let led = ours.check(&name, &signature, Timestamp::from_millis(0)).unwrap();
        assert_eq!(led, BlobKey::Input { task, place: 2, tail: "abc".into() });
        assert!(matches!(blob("film_1"), BlobKey::Artifact(_)));
        let hint = ours.hint_link(&TaskId::from_text("video_1"));
        let name = hint.strip_prefix("/callbacks/").unwrap();
        assert_eq!(ours.check_hint(name), Some(TaskId::from_text("video_1")));
        assert_eq!(ours.check_hint(&name.replace("video_1", "video_2")), None);
        assert_eq!(signer(&["fedcba9876543210"]).check_hint(name), None);
        assert_eq!(ours.check_hint("video_1"), None);
    }

    fn signer(secrets: &[&str]) -> Signer {
        Signer::new(secrets.iter().filter_map(|secret| SigningKey::new(secret.as_bytes())).collect()).unwrap()
    }

    fn parse(link: &str) -> (String, Signature) {
        let (path, query) = link.split_once('?').unwrap();
        let mut parts = query.split('&').map(|part| part.split_once('=').unwrap().1.to_owned());
        let mut next = || parts.next().unwrap();
        let signature = Signature { ends: next().parse().unwrap(), key: next(), tag: next() };
        (path.strip_prefix("/files/").unwrap().to_owned(), signature)
    }

    #[test]
    fn a_link_works_until_its_end_and_only_as_signed() {
        let ours = signer(&["0123456789abcdef"]);
        let (artifact, signature) =
            parse(&ours.link(&ArtifactId::from_text("film_x"), Timestamp::from_millis(9_000)));
        let at = |millis| Timestamp::from_millis(millis);
        assert!(ours.check(&artifact, &signature, at(8_999)).is_ok());
        assert!(matches!(ours.check(&artifact, &signature, at(9_000)), Err(Refusal::Expired)));
        assert!(matches!(ours.check("film_y", &signature, at(0)), Err(Refusal::BadSignature)));
        let stretched = Signature { ends: 10, ..signature.clone() };
        assert!(matches!(ours.check(&artifact, &stretched, at(0)), Err(Refusal::BadSignature)));
        let rotated = signer(&["fedcba9876543210", "0123456789abcdef"]);
        assert!(rotated.check(&artifact, &signature, at(0)).is_ok());
        let theirs = signer(&["fedcba9876543210"]);
        assert!(matches!(theirs.check(&artifact, &signature, at(0)), Err(Refusal::BadSignature)));
    }

    #[test]
    fn a_short_secret_is_no_key() {
        assert!(SigningKey::new(b"short").is_none());
    }
}
