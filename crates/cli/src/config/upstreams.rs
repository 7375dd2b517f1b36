//! The file's tables: `[[upstream]]`, who makes films besides the built-in engine, and `[[route]]`, which of them a model
//! goes to. Credentials are never in the file; it names the variable or the file that holds one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use filmgate_domain::limit::Rate;
use filmgate_engines::remote::abilities::Abilities;
use serde::Deserialize;
use toml::Spanned;

use super::file::NotToml;

/// An upstream as the file has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Upstream {
    /// What routes call it.
    pub(crate) name: String,
    /// `animatic`, `simulator`, the name of a shipped description, or the path of a description file.
    pub(crate) engine: String,
    pub(crate) base_url: Option<String>,
    /// What it calls the model.
    pub(crate) model: Option<String>,
    /// The environment variable that holds its credential.
    pub(crate) secret_env: Option<String>,
    /// The file that holds its credential.
    pub(crate) secret_file: Option<PathBuf>,
    /// How many jobs it is given at once.
    #[serde(default = "four")]
    pub(crate) concurrency: usize,
    /// How often it is given one.
    #[serde(default)]
    pub(crate) rate: Option<Rate>,
    /// What a second of its films costs the operator, in micro-units.
    #[serde(default)]
    pub(crate) price: i64,
    /// Whether longer films are cut to what was asked for.
    #[serde(default)]
    pub(crate) trim: bool,
    #[serde(default)]
    pub(crate) can: Abilities,
    #[serde(default)]
    pub(crate) options: BTreeMap<String, toml::Value>,
    /// Where it stands in the file.
    #[serde(skip)]
    pub(crate) line: usize,
}

const fn four() -> usize {
    4
}

/// Where models go.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Route {
    /// Names of models.
    pub(crate) models: Vec<String>,
    /// Names of upstreams, in the order to try them.
    pub(crate) upstreams: Vec<String>,
    /// How much of the work each of them gets.
    #[serde(default)]
    pub(crate) weights: Vec<u32>,
    /// Where it stands in the file.
    #[serde(skip)]
    pub(crate) line: usize,
}

/// The tables of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub(crate) upstreams: Vec<Upstream>,
    pub(crate) routes: Vec<Route>,
}

/// The names of the tables, which no key has.
pub(super) const TABLES: [&str; 2] = ["upstream", "route"];

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    upstream: Vec<Spanned<Upstream>>,
    #[serde(default)]
    route: Vec<Spanned<Route>>,
}

/// Reads the tables of a file; its other keys are not looked at.
pub(crate) fn parse(text: &str) -> Result<Tables, NotToml> {
    let line = |at: usize| text.get(..at).unwrap_or(text).matches('\n').count() + 1;
    let wrong = |line: usize, why: String| NotToml { line, why };
    let file: File = toml::from_str(text).map_err(|error| {
        wrong(
            line(error.span().map_or(0, |span| span.start.min(text.len()))),
            error.message().replace('\n', " "),
        )
    })?;
    let mut tables = Tables::default();
    for spanned in file.upstream {
        let line = line(spanned.span().start);
        let upstream = Upstream { line, ..spanned.into_inner() };
        if !filmgate_domain::id::well_formed(&upstream.name) {
            let why = "an upstream's `name` has 1 to 64 letters, digits, `.`, `_` or `-`";
            return Err(wrong(line, why.to_owned()));
        }
        if tables.upstreams.iter().any(|other: &Upstream| other.name == upstream.name) {
            return Err(wrong(line, format!("the upstream `{}` stands twice", upstream.name)));
        }
        if upstream.secret_env.is_some() && upstream.secret_file.is_some() {
            return Err(wrong(line, "`secret_env` and `secret_file` exclude each other".to_owned()));
        }
        tables.upstreams.push(upstream);
    }
    for spanned in file.route {
        let line = line(spanned.span().start);
        tables.routes.push(Route { line, ..spanned.into_inner() });
    }
    Ok(tables)
}

impl Upstream {
    /// The options, as texts.
    pub(crate) fn texts(&self) -> BTreeMap<String, String> {
        let text = |value: &toml::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.options.iter().map(|(name, value)| (name.clone(), text(value))).collect()
    }

    /// Its credential, if it has one.
    pub(crate) fn secret(&self) -> Result<Option<String>, String> {
        secret(self.secret_env.as_deref(), self.secret_file.as_deref())
    }
}

/// The credential in a variable or a file.
pub(crate) fn secret(variable: Option<&str>, file: Option<&Path>) -> Result<Option<String>, String> {
    let found = match (variable, file) {
        (Some(variable), _) => {
            let value = std::env::var_os(variable).and_then(|value| value.into_string().ok());
            value.ok_or_else(|| format!("the environment variable {variable} is not set"))?
        }
        (None, Some(path)) => std::fs::read_to_string(path)
            .map_err(|why| format!("the credential {} cannot be read: {why}", path.display()))?,
        (None, None) => return Ok(None),
    };
    let secret = found.trim().to_owned();
    if secret.is_empty() { Err("the credential is blank".to_owned()) } else { Ok(Some(secret)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_beside_the_keys() {
        let text = "renders = 1\n[[upstream]]\nname = \"gpu\"\nengine = \"sglang\"\nrate = \"10/m\"\noptions = { fps = 16 }\n\
                    [[route]]\nmodels = [\"videos\"]\nupstreams = [\"gpu\"]\n";
        let tables = parse(text).unwrap();
        assert_eq!((tables.upstreams[0].line, tables.routes[0].line), (2, 7));
        assert_eq!(tables.upstreams[0].texts()["fps"], "16");
    }

    #[test]
    fn what_is_wrong_is_located() {
        for (text, line, why) in [
            ("[[upstream]]\nname = \"a\"\nengin = \"x\"", 3, "unknown field"),
            ("[[upstream]]\nname = \"a\"", 1, "missing field `engine`"),
            ("[[upstream]]\nname = \"\"\nengine = \"x\"", 1, "letters"),
            ("x = 1\n[[upstream]]\nname = \"a\"\nengine = \"x\"\nrate = \"often\"", 5, "often"),
            (
                "[[upstream]]\nname = \"a\"\nengine = \"x\"\n[[upstream]]\nname = \"a\"\nengine = \"x\"",
                4,
                "twice",
            ),
        ] {
            let wrong = parse(text).unwrap_err();
            assert_eq!(wrong.line, line, "{text}: {}", wrong.why);
            assert!(wrong.why.contains(why), "{}", wrong.why);
        }
    }
}
