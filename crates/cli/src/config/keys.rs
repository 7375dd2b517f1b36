//! Every key of the configuration, declared once: its name, type, default and meaning. The [`Config`] that the program
//! runs on, the file's reader, the environment's names (`FILMGATE_` and the key in capitals) and what `filmgate config`
//! prints are all made from this list.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use filmgate_domain::address::Block;
use filmgate_domain::limit::Rate;

use super::upstreams::Tables;
use super::value::{Bytes, Count, Durability, LogFormat, Raw, Secret, Setting};

/// Who is meant to see a key's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Everybody.
    Plain,
    /// Nobody: it is printed as `***`.
    Never,
}

/// A key of the configuration.
pub(crate) struct Key {
    /// Its name in the file.
    pub(crate) name: &'static str,
    /// The heading it stands under.
    pub(crate) group: &'static str,
    /// What it means, line by line.
    pub(crate) help: &'static [&'static str],
    /// Who may see its value.
    pub(crate) shown: Shown,
    /// Reads a value into a configuration.
    pub(crate) set: fn(&mut Config, &Raw) -> Result<(), String>,
    /// Writes a configuration's value as TOML.
    pub(crate) show: fn(&Config) -> String,
}

impl Key {
    /// The name of the environment variable that sets it.
    pub(crate) fn env(&self) -> String {
        format!("{ENV_PREFIX}{}", self.name.to_uppercase())
    }
}

/// What the environment variables of this program begin with.
pub(crate) const ENV_PREFIX: &str = "FILMGATE_";

macro_rules! keys {
    ($($group:literal { $($(#[doc = $help:literal])+ $name:ident: $type:ty = $default:literal $(, $shown:ident)?;)+ })+) => {
        /// What the program runs on. The meaning of each field is its key's help.
        #[derive(Clone, Debug)]
        pub(crate) struct Config {
            $($(pub(crate) $name: $type,)+)+
            /// The file's tables.
            pub(crate) tables: Tables,
            /// The file.
            pub(crate) place: Option<PathBuf>,
        }

        impl Default for Config {
            fn default() -> Self {
                Self {
                    $($($name: Setting::read(&Raw::One($default.to_owned())).expect(stringify!($name)),)+)+
                    tables: Tables::default(),
                    place: None,
                }
            }
        }

        /// Every key, in the order they are printed.
        pub(crate) const KEYS: &[Key] = &[
            $($(Key {
                name: stringify!($name),
                group: $group,
                help: &[$($help),+],
                shown: keys!(@shown $($shown)?),
                set: |config, raw| {
                    config.$name = Setting::read(raw)?;
                    Ok(())
                },
                show: |config| Setting::write(&config.$name),
            },)+)+
        ];
    };
    (@shown) => { Shown::Plain };
    (@shown secret) => { Shown::Never };
}

keys! {
    "Where it listens" {
        /// Address and port; port 0 takes a free one. Behind a proxy keep 127.0.0.1, in a container use 0.0.0.0.
        listen: SocketAddr = "127.0.0.1:8080";
        /// What video_url begins with, e.g. https://films.example.com. Empty: what the client asked for (Host header).
        public_url: Option<String> = "";
        /// Every API path is served under each of these; / is the root.
        base_paths: Vec<String> = "/, /kyyReactApiServer";
        /// Proxies whose X-Forwarded-Host and X-Forwarded-Proto are believed: addresses or blocks.
        trusted_proxies: Vec<Block> = "";
        /// The largest request body. Media in data: URLs count; base64 makes them a third larger.
        body_bytes: Bytes = "64MiB";
        /// HTTP threads; auto is one per processor.
        http_loops: Count = "auto";
    }
    "What it keeps" {
        /// The folder for tasks, films and secrets. One server at a time.
        data: PathBuf = ".filmgate";
        /// How long a video_url works after the film is completed.
        link_life: Duration = "24h";
        /// How long ended tasks can be read.
        task_life: Duration = "30d";
        /// How long a task may wait in the queue before it fails as expired.
        queue_life: Duration = "24h";
        /// How long a task may run before it fails as timed_out.
        run_life: Duration = "1h";
        /// How long a submit may stay in doubt, with its price held, before its task fails as submit_uncertain.
        uncertain_life: Duration = "24h";
        /// How often films, inputs and tasks past their time are removed.
        sweep_every: Duration = "1m";
    }
    "Keys" {
        /// A key (fg_ and at least 8 letters or digits) that exists from the first start on. Better set in the environment.
        bootstrap_key: Option<Secret> = "", secret;
        /// Secrets that sign video_url, each 16 characters or more: the first signs, all are accepted.
        /// Empty: the lines of the file signing.keys in the data folder, made at the first start.
        signing_keys: Vec<Secret> = "", secret;
    }
    "Limits, of keys and accounts that have none of their own" {
        /// How often a key may create: a count and s, m, h or d, such as 10/s or 600/m, or none.
        key_creates: Rate = "1000/m";
        /// How often a key may ask anything else.
        key_polls: Rate = "30000/m";
        /// How many unfinished tasks a key may have; 0 for as many as it likes.
        key_in_flight: u32 = "0";
        /// How often all keys of an account together may create.
        account_creates: Rate = "none";
        /// How often all keys of an account together may ask anything else.
        account_polls: Rate = "none";
        /// How many unfinished tasks an account may have; 0 for as many as it likes.
        account_in_flight: u32 = "0";
        /// How often an address may come without a key that works.
        failed_auths: Rate = "60/m";
    }
    "Models and rendering" {
        /// A model catalogue to use instead of the built-in one (see filmgate model list).
        catalogue: Option<PathBuf> = "";
        /// Threads of the built-in engine; auto is one per processor. They run at low priority, the API comes first.
        render_threads: Count = "auto";
        /// How many films are rendered at once; at 0 tasks are taken and wait.
        renders: u32 = "2";
        /// How many running tasks are looked after at once.
        running: usize = "256";
        /// For how long an engine that cannot be reached is tried again.
        upstream_patience: Duration = "10m";
        /// How long a worker may be silent before its task is given to another.
        lease: Duration = "1m";
        /// The largest film that is accepted from an engine.
        film_bytes: Bytes = "2GiB";
    }
    "What may not be made" {
        /// A file of words and /patterns/, one a line: a prompt that holds one is refused.
        content_rules: Option<PathBuf> = "";
        /// A service in the shape of OpenAI's moderations that is asked before a task is sent to its engine.
        moderator_url: Option<String> = "";
        /// The model it is asked for, if it has several.
        moderator_model: Option<String> = "";
        /// The key it is shown. Better set in the environment.
        moderator_key: Option<Secret> = "", secret;
        /// How long it may take.
        moderator_time: Duration = "10s";
        /// Whether the log tells prompts that were refused.
        log_refused_prompts: bool = "false";
    }
    "Reference media" {
        /// Private addresses that media may be fetched from, e.g. 127.0.0.0/8 or 192.168.1.20. Public ones always may.
        media_allow: Vec<Block> = "";
        /// How many redirects are followed.
        fetch_hops: usize = "5";
        /// Time to connect to a media host.
        fetch_connect: Duration = "10s";
        /// Time to fetch one medium.
        fetch_time: Duration = "2m";
        /// For how long a media host that does not answer is tried again.
        fetch_patience: Duration = "20s";
        /// For how many tasks media are fetched at once.
        preparing: usize = "8";
    }
    "Logs (on stderr)" {
        /// error, warn, info, debug or trace; per part as in info,filmgate_store=debug.
        log: String = "info";
        /// text or json.
        log_format: LogFormat = "text";
    }
    "For benchmarks only; anything but the default is slower or loses tasks" {
        /// full: a task is on the disk before its id is given out. none: left to the operating system.
        store_durability: Durability = "full";
        /// Whether writes that wait at the same time share a commit.
        store_grouping: bool = "true";
        /// How many ended tasks are kept in memory.
        store_finished: usize = "50_000";
    }
}
