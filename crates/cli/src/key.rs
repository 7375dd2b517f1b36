//! `filmgate key`: keys of the data folder, also while a server uses it. A secret is printed when it is made and never
//! again; what a running server knows follows within a second.

use std::time::Duration;

use clap::{Args, Subcommand};
use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::{AccountId, KeyId};
use filmgate_domain::key::{Key, Scopes};
use filmgate_gateway::keys::{self, MAIN_ACCOUNT, NewKey};
use filmgate_store::Store;
use serde_json::{Value, json};

use crate::config::Sources;
use crate::config::value::Word;
use crate::trouble::Trouble;
use crate::{compose, doors, output};

/// Create, list and revoke keys
#[derive(Args, Debug)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    verb: Verb,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    sources: Sources,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a key; its secret is shown this once
    Create {
        /// What to call it
        #[arg(long, default_value = "")]
        name: String,
        /// What it may do: create, read, cancel, admin
        #[arg(long, value_name = "SCOPES", default_value = "create,read,cancel", value_parser = scopes)]
        scopes: Scopes,
        /// When it stops working, such as 30d or 12h [default: never]
        #[arg(long, value_name = "SPAN", value_parser = span)]
        expires: Option<Duration>,
        /// Whose tasks it sees
        #[arg(long, default_value = MAIN_ACCOUNT, value_parser = account)]
        account: AccountId,
    },
    /// List all keys, without their secrets
    List,
    /// Make a key stop working
    Revoke {
        /// Its id, as `key list` shows it
        id: String,
    },
}

fn scopes(text: &str) -> Result<Scopes, String> {
    match Scopes::parse(text) {
        Ok(none) if none == Scopes::of([]) => {
            Err("at least one of create, read, cancel and admin".to_owned())
        }
        parsed => parsed.map_err(|wrong| wrong.to_string()),
    }
}

fn span(text: &str) -> Result<Duration, String> {
    <Duration as Word>::parse(text).ok_or_else(|| format!("expected {}", <Duration as Word>::ALLOWED))
}

fn account(text: &str) -> Result<AccountId, String> {
    let fits = filmgate_domain::id::well_formed(text);
    fits.then(|| AccountId::from_text(text))
        .ok_or_else(|| "1 to 64 letters, digits, `.`, `_` or `-`".to_owned())
}

/// Runs the command.
pub(crate) fn run(args: &KeyArgs) -> Result<(), Trouble> {
    let config = args.sources.load()?.config;
    let doors = doors::system();
    let settings = compose::store_settings(&config);
    let store = Store::open_beside(&settings, doors.clock.clone(), doors.entropy.clone());
    let store = store.map_err(|why| compose::unopened(&why))?;
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.map_err(|why| Trouble::new(format!("the program cannot be started: {why}")))?;
    let now = doors.clock.now();
    match &args.verb {
        Verb::List => list(&store, now, args.json),
        Verb::Revoke { id } => runtime.block_on(revoke(&store, id, now, args.json)),
        Verb::Create { name, scopes, expires, account } => {
            let expires = expires.map(|span| now + span);
            let new = NewKey { name: name.clone(), account: account.clone(), scopes: *scopes, expires };
            let secret = keys::new_secret(&*doors.entropy);
            let kept = runtime.block_on(keys::keep(&store, &doors, &secret, new));
            let key = kept.map_err(|why| Trouble::new(format!("the key cannot be kept: {why}")))?;
            created(&key, &secret, now, args.json)
        }
    }
}

fn created(key: &Key, secret: &str, now: Timestamp, json: bool) -> Result<(), Trouble> {
    if json {
        let mut value = as_json(key, now);
        value["secret"] = json!(secret);
        return output::json(&value);
    }
    output::text(format!("{secret}\n"))?;
    eprintln!("{} was made. Its secret is shown this once.", key.id);
    Ok(())
}

fn list(store: &Store, now: Timestamp, json: bool) -> Result<(), Trouble> {
    let ring = store.keys();
    let mut keys: Vec<_> = ring.iter().collect();
    keys.sort_by_key(|key| key.created);
    if json {
        return output::json(&keys.iter().map(|key| as_json(key, now)).collect::<Value>());
    }
    let rows = keys.iter().map(|key| {
        [
            key.id.to_string(),
            format!("{}…", key.hint),
            key.name.clone(),
            key.account.to_string(),
            key.scopes.to_string(),
            output::moment(key.created),
            standing(key, now),
        ]
    });
    output::text(output::table(["id", "begins", "name", "account", "scopes", "created", "standing"], rows))
}

async fn revoke(store: &Store, id: &str, now: Timestamp, json: bool) -> Result<(), Trouble> {
    let known = store.keys().iter().any(|key| key.id.as_str() == id);
    if !known {
        return Err(Trouble::new(format!("there is no key `{id}`; `filmgate key list` shows them")));
    }
    let revoked = store.key_revoke(&KeyId::from_text(id), now).await;
    revoked.map_err(|why| Trouble::new(format!("the key cannot be revoked: {why}")))?;
    if json {
        output::json(&json!({ "id": id, "revoked": now.seconds() }))
    } else {
        output::text(format!("revoked {id}\n"))
    }
}

fn standing(key: &Key, now: Timestamp) -> String {
    match (key.revoked, key.expires) {
        (Some(at), _) => format!("revoked {}", output::moment(at)),
        (None, Some(end)) if now >= end => format!("expired {}", output::moment(end)),
        (None, Some(end)) => format!("works until {}", output::moment(end)),
        (None, None) => "works".to_owned(),
    }
}

fn as_json(key: &Key, now: Timestamp) -> Value {
    json!({
        "id": key.id,
        "hint": key.hint,
        "name": key.name,
        "account": key.account,
        "scopes": key.scopes.to_string(),
        "created": key.created.seconds(),
        "expires": key.expires.map(Timestamp::seconds),
        "revoked": key.revoked.map(Timestamp::seconds),
        "works": key.works_at(now),
    })
}
