//! The configuration: defaults, one TOML file, `FILMGATE_*` variables, flags; what comes later wins. A key or value
//! that is not known is refused with the place it stands at and what is allowed, so a typing error never runs silently.
//!
//! Deliberately absent: a second file, a search path, changes while running.

mod file;
pub(crate) mod keys;
pub(crate) mod print;
pub(crate) mod upstreams;
pub(crate) mod value;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

pub(crate) use self::keys::Config;
use self::keys::{ENV_PREFIX, KEYS, Key};
use self::value::{Raw, Word};
use crate::trouble::Trouble;

/// Variables that belong to commands and to the build rather than to the configuration.
const OTHER_VARIABLES: [&str; 4] =
    ["FILMGATE_CONFIG", "FILMGATE_SERVER", "FILMGATE_KEY", "FILMGATE_ALLOW_SLOW_ENCODER"];

/// Where the configuration comes from besides the environment.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Sources {
    /// Configuration file (TOML); `filmgate config` prints one with every default
    #[arg(long, global = true, value_name = "FILE", env = "FILMGATE_CONFIG", hide_env = true)]
    pub(crate) config: Option<PathBuf>,
    /// Folder for tasks, films and secrets [default: .filmgate]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

/// A configuration and where its values came from, by key; a key that is not named has its default.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) config: Config,
    origins: BTreeMap<&'static str, String>,
}

impl Sources {
    /// What is in force.
    pub(crate) fn load(&self) -> Result<Loaded, Trouble> {
        let mut loaded = Loaded::default();
        if let Some(path) = &self.config {
            loaded.take_file(path)?;
        }
        loaded.take_environment(std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
        }))?;
        if let Some(data) = &self.data {
            loaded.take("data", &Raw::One(data.text()), "--data".to_owned())?;
        }
        Ok(loaded)
    }
}

impl Loaded {
    /// Lets the flag `--listen` win.
    pub(crate) fn listen(&mut self, listen: Option<SocketAddr>) -> Result<(), Trouble> {
        listen.map_or(Ok(()), |listen| self.take("listen", &Raw::One(listen.text()), "--listen".to_owned()))
    }

    fn take_file(&mut self, path: &std::path::Path) -> Result<(), Trouble> {
        let (entries, tables) = file::read(path)?;
        self.config.tables = tables;
        self.config.place = Some(path.to_owned());
        for entry in entries {
            let place = format!("{}:{}", path.display(), entry.line);
            let key = known(&entry.name)
                .map_err(|hint| Trouble::new(format!("{place}: unknown key `{}`; {hint}", entry.name)))?;
            let raw = entry.raw.map_err(|kind| {
                Trouble::new(format!(
                    "{place}: `{}` cannot be {kind}; `filmgate config` shows what it is",
                    entry.name
                ))
            })?;
            self.take(key.name, &raw, place)?;
        }
        Ok(())
    }

    fn take_environment(&mut self, variables: impl Iterator<Item = (String, String)>) -> Result<(), Trouble> {
        for (name, value) in variables {
            let Some(rest) = name.strip_prefix(ENV_PREFIX) else { continue };
            if OTHER_VARIABLES.contains(&&*name) || set_by_kubernetes(rest) {
                continue;
            }
            let key = known(&rest.to_lowercase())
                .map_err(|hint| Trouble::new(format!("unknown environment variable {name}; {hint}")))?;
            self.take(key.name, &Raw::One(value), name)?;
        }
        Ok(())
    }

    fn take(&mut self, name: &'static str, raw: &Raw, origin: String) -> Result<(), Trouble> {
        let Ok(key) = known(name) else { return Ok(()) };
        let set = (key.set)(&mut self.config, raw);
        set.map_err(|wrong| Trouble::new(format!("{origin}: `{name}` is wrong: {wrong}")))?;
        self.origins.insert(key.name, origin);
        Ok(())
    }
}

/// The key called `name`; otherwise the nearest one, as a hint.
fn known(name: &str) -> Result<&'static Key, String> {
    KEYS.iter().find(|key| key.name == name).ok_or_else(|| {
        let nearest = KEYS.iter().min_by_key(|key| distance(key.name, name)).map(|key| key.name);
        let near = nearest.filter(|key| distance(key, name) <= 3);
        let near = near.map_or_else(String::new, |key| format!("did you mean `{key}`? "));
        format!("{near}`filmgate config` prints all keys")
    })
}

/// A cluster sets variables such as `FILMGATE_SERVICE_HOST` and `FILMGATE_PORT_8080_TCP` for a service of this name.
fn set_by_kubernetes(rest: &str) -> bool {
    rest == "PORT"
        || ["PORT_", "_PORT_", "SERVICE_HOST", "SERVICE_PORT"].iter().any(|part| rest.contains(part))
}

/// How many letters must be added, removed or replaced to make `one` of `other`.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (place, letter) in one.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], place + 1);
        for (column, their) in other.bytes().enumerate() {
            let cost = diagonal + usize::from(letter != their);
            diagonal = row[column + 1];
            row[column + 1] = cost.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Result<Loaded, Trouble> {
        let mut loaded = Loaded::default();
        let owned = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        loaded.take_environment(owned.collect::<Vec<_>>().into_iter()).map(|()| loaded)
    }

    #[test]
    fn variables_set_keys_and_unknown_ones_are_refused() {
        let loaded =
            variables(&[("FILMGATE_RENDERS", "3"), ("HOME", "/root"), ("FILMGATE_PORT", "tcp://1.2.3.4")]);
        assert_eq!(loaded.unwrap().config.renders, 3);
        let refused = variables(&[("FILMGATE_LISTN", "127.0.0.1:1")]).unwrap_err();
        assert!(refused.to_string().contains("did you mean `listen`?"), "{refused}");
    }

    #[test]
    fn every_default_reads_back_as_it_is_written() {
        let mut again = Config::default();
        for key in KEYS {
            let written = format!("x = {}", (key.show)(&Config::default()));
            let raw = file::parse(&written).unwrap().remove(0).raw.unwrap();
            (key.set)(&mut again, &raw).unwrap_or_else(|wrong| panic!("{}: {wrong}", key.name));
            assert_eq!((key.show)(&again), (key.show)(&Config::default()), "{}", key.name);
        }
    }
}
