//! `filmgate config`: every key with its default as TOML to copy, or, with `--effective`, what is in force and where
//! each value came from. Secrets are never printed.

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;

use super::keys::{Config, KEYS, Key, Shown};
use super::{Loaded, Sources};
use crate::output;
use crate::trouble::Trouble;

/// Print the configuration with every default
#[derive(Args, Debug)]
pub(crate) struct ConfigArgs {
    /// Print what is in force instead, and where each value comes from
    #[arg(long)]
    effective: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    sources: Sources,
}

/// Runs the command.
pub(crate) fn run(args: &ConfigArgs) -> Result<(), Trouble> {
    let loaded = if args.effective { args.sources.load()? } else { Loaded::default() };
    if args.json {
        return output::json(&as_json(&loaded));
    }
    output::text(if args.effective { in_force(&loaded) } else { defaults() })
}

/// The file with every default, commented out.
pub(crate) fn defaults() -> String {
    let mut page = String::from(
        "# Filmgate's configuration: every key with its default. Take out the # of what you change and start with\n\
         # `filmgate serve --config FILE`. Each key can also be set in the environment, as FILMGATE_ and its name in\n\
         # capitals (FILMGATE_LISTEN, lists divided by commas). Flags win over the environment, it wins over the file.\n",
    );
    let mut group = "";
    for key in KEYS {
        if key.group != group {
            group = key.group;
            let _ = write!(page, "\n## {group}\n");
        }
        page.push('\n');
        for line in key.help {
            let _ = writeln!(page, "#{line}");
        }
        let _ = writeln!(page, "#{} = {}", key.name, (key.show)(&Config::default()));
    }
    page.push_str(TABLES);
    page
}

/// What stands behind the keys.
const TABLES: &str = r#"
## Who makes films besides the built-in engine, and which models go there. See docs/engines.md.

# [[upstream]]
# name = "gpu"
# engine = "sglang"                 # `filmgate engine list`, or the path of a .toml file
# base_url = "http://10.0.0.7:30000/v1"
# secret_env = "GPU_KEY"            # or secret_file = "/run/secrets/gpu"
# model = "wan2.2"                  # what it calls the model
# concurrency = 4                   # jobs at once
# rate = "30/m"                     # jobs given to it
# price = 0                         # what a second of film costs you, in micro-units
# trim = false                      # cut films that are longer than was asked for
# can = { seconds = [4, 8], sizes = ["1280x720", "720x1280"] }
# options = { fps = 24 }

# [[route]]
# models = ["openAiSora2Plus", "openAiSora2Pro"]
# upstreams = ["gpu", "animatic"]   # in the order to try them
# weights = [3, 1]                  # or a share of the work for each
"#;

fn in_force(loaded: &Loaded) -> String {
    let mut page = String::new();
    for key in KEYS {
        let origin = loaded.origins.get(key.name).map_or("default", String::as_str);
        let line = format!("{} = {}", key.name, value(loaded, key));
        let _ = writeln!(page, "{line:<48} # {origin}");
    }
    page
}

fn value(loaded: &Loaded, key: &Key) -> String {
    let shown = (key.show)(&loaded.config);
    let empty = shown == (key.show)(&Config::default());
    if key.shown == Shown::Never && !empty { "\"***\"".to_owned() } else { shown }
}

fn as_json(loaded: &Loaded) -> serde_json::Value {
    let entry = |key: &Key| {
        let origin = loaded.origins.get(key.name).map_or("default", String::as_str);
        json!({ "key": key.name, "env": key.env(), "value": value(loaded, key), "from": origin })
    };
    KEYS.iter().map(entry).collect()
}
