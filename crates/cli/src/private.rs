//! Files that only their owner may read: the secrets that sign links, and the key that `serve --quickstart` keeps.
//! A file is written beside its place and moved there whole, so that a crash never leaves half a secret.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use filmgate_gateway::Doors;
use filmgate_gateway::keys::new_secret;
use filmgate_gateway::link::{Signer, SigningKey};

use crate::config::Config;
use crate::trouble::Trouble;

/// The file of link-signing secrets, one a line, the one that signs first.
const SIGNING: &str = "signing.keys";
/// The file with the secret of the key that `--quickstart` prints.
const QUICKSTART: &str = "quickstart.key";

/// The signer that the configuration asks for; without secrets there, the one of the data folder's file.
pub(crate) fn signer(config: &Config, doors: &Doors) -> Result<Signer, Trouble> {
    if !config.signing_keys.is_empty() {
        let secrets = config.signing_keys.iter().map(|secret| secret.0.as_str());
        return signer_of(secrets, "`signing_keys`");
    }
    let path = config.data.join(SIGNING);
    let text = read_or_make(&path, || new_secret(&*doors.entropy))?;
    signer_of(text.lines().map(str::trim).filter(|line| !line.is_empty()), &path.display().to_string())
}

fn signer_of<'a>(secrets: impl Iterator<Item = &'a str>, place: &str) -> Result<Signer, Trouble> {
    let keys: Option<Vec<_>> = secrets.map(|secret| SigningKey::new(secret.as_bytes())).collect();
    keys.and_then(Signer::new).ok_or_else(|| {
        Trouble::new(format!(
            "{place} is wrong: there must be at least one secret, each with 16 characters or more"
        ))
    })
}

/// The quickstart key of the data folder, made when there is none.
pub(crate) fn quickstart(data: &Path, doors: &Doors) -> Result<String, Trouble> {
    Ok(read_or_make(&quickstart_path(data), || new_secret(&*doors.entropy))?.trim().to_owned())
}

/// The quickstart key of the data folder, if there is one that we may read.
pub(crate) fn known_quickstart(data: &Path) -> Option<String> {
    fs::read_to_string(quickstart_path(data)).ok().map(|text| text.trim().to_owned())
}

/// Where the quickstart key is kept.
pub(crate) fn quickstart_path(data: &Path) -> PathBuf {
    data.join(QUICKSTART)
}

fn read_or_make(path: &Path, make: impl FnOnce() -> String) -> Result<String, Trouble> {
    match fs::read_to_string(path) {
        Ok(text) if !text.trim().is_empty() => Ok(text),
        Err(why) if why.kind() != ErrorKind::NotFound => Err(trouble(path, "read", &why)),
        _ => {
            let text = make() + "\n";
            write(path, &text).map_err(|why| trouble(path, "written", &why))?;
            Ok(text)
        }
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

fn trouble(path: &Path, verb: &str, why: &std::io::Error) -> Trouble {
    Trouble::new(format!(
        "{} cannot be {verb}: {why}; check the owner and rights of the data folder",
        path.display()
    ))
}
