//! From the configuration to the house: the one place that knows which parts there are. The server room takes a gateway
//! and asks no questions; that is why this crate, and only this one, names the store's and the engines' settings.

use filmgate_contract::catalogue::Catalogue;
use filmgate_domain::key::Scopes;
use filmgate_domain::limit::Limits;
use filmgate_engines::address::Policy;
use filmgate_engines::content::{Content, InvalidModerator, Moderator, Rules};
use filmgate_engines::guard::{self, Guard};
use filmgate_engines::port::Upstreams;
use filmgate_gateway::{Doors, Gateway, Parts, Settings, office};
use filmgate_store::{Durability, Grouping, OpenError, Store};

use crate::config::Config;
use crate::config::value;
use crate::trouble::Trouble;
use crate::{private, upstreams};

/// The product short of a socket, and what can be asked of it.
pub(crate) struct House {
    /// The product.
    pub(crate) gateway: Gateway,
    /// What can be asked for.
    pub(crate) catalogue: Catalogue,
}

/// Builds the house that `config` describes. Makes the data folder, takes it, and starts the render threads.
pub(crate) fn house(config: &Config, doors: &Doors) -> Result<House, Trouble> {
    let catalogue = catalogue(config)?;
    let upstreams = upstreams::upstreams(config, &doors.clock)?;
    check_routes(&catalogue, &upstreams)?;
    let store = Store::open(&store_settings(config), doors.clock.clone(), doors.entropy.clone());
    let store = store.map_err(|why| unopened(&why))?;
    let limits =
        guard::Limits { hops: config.fetch_hops, connect: config.fetch_connect, whole: config.fetch_time };
    let gateway = Gateway::new(Parts {
        store,
        upstreams,
        models: catalogue.domain_models(),
        guard: Guard::new(Policy::new(config.media_allow.clone()), limits),
        content: content(config)?,
        signer: private::signer(config, doors)?,
        settings: gateway_settings(config),
        doors: doors.clone(),
    });
    Ok(House { gateway, catalogue })
}

/// The catalogue in force.
pub(crate) fn catalogue(config: &Config) -> Result<Catalogue, Trouble> {
    let mut catalogue = stated_catalogue(config)?;
    upstreams::reroute(config, &mut catalogue)?;
    Ok(catalogue)
}

fn stated_catalogue(config: &Config) -> Result<Catalogue, Trouble> {
    let Some(path) = &config.catalogue else { return Ok(Catalogue::builtin()) };
    let text = std::fs::read_to_string(path).map_err(|why| {
        Trouble::new(format!("the catalogue {} cannot be read: {why}; check `catalogue`", path.display()))
    })?;
    Catalogue::parse(&text)
        .map_err(|wrong| Trouble::new(format!("{}:{}: {}", path.display(), wrong.line, wrong.reason)))
}

/// What may not be made.
pub(crate) fn content(config: &Config) -> Result<Content, Trouble> {
    let Some(path) = &config.content_rules else {
        return Ok(Content { moderator: moderator(config)?, ..Content::default() });
    };
    let place = path.display();
    let text = std::fs::read_to_string(path).map_err(|why| {
        Trouble::new(format!("the rules {place} cannot be read: {why}; check `content_rules`"))
    })?;
    let rules = Rules::parse(&text);
    let rules = rules.map_err(|wrong| Trouble::new(format!("{place}:{}: {}", wrong.line, wrong.why)))?;
    Ok(Content { rules, moderator: moderator(config)? })
}

fn moderator(config: &Config) -> Result<Option<Moderator>, Trouble> {
    let Some(url) = &config.moderator_url else { return Ok(None) };
    let wrong = |wrong: InvalidModerator| Trouble::new(format!("`moderator_url`: {wrong}"));
    let mut moderator = Moderator::new(url).map_err(wrong)?.with_timeout(config.moderator_time);
    if let Some(model) = &config.moderator_model {
        moderator = moderator.with_model(model);
    }
    if let Some(secret) = &config.moderator_key {
        moderator = moderator.with_credential(&secret.0).map_err(wrong)?;
    }
    Ok(Some(moderator))
}

/// The store's settings.
pub(crate) fn store_settings(config: &Config) -> filmgate_store::Settings {
    filmgate_store::Settings {
        dir: config.data.clone(),
        durability: match config.store_durability {
            value::Durability::Full => Durability::Full,
            value::Durability::None => Durability::None,
        },
        grouping: if config.store_grouping { Grouping::Grouped } else { Grouping::OneByOne },
        finished_in_memory: config.store_finished,
    }
}

/// Keeps a key with all rights whose secret is `secret`, unless it is kept already.
pub(crate) async fn keep_key(store: &Store, doors: &Doors, secret: &str, name: &str) -> Result<(), Trouble> {
    let kept = office::keep(store, doors, secret, name, Scopes::ALL).await;
    kept.map_err(|why| Trouble::new(format!("the key cannot be kept: {why}")))
}

/// Why the data folder could not be opened, and what to do.
pub(crate) fn unopened(why: &OpenError) -> Trouble {
    let remedy = match why {
        OpenError::InUse(_) | OpenError::Newer { .. } => "",
        OpenError::Io { .. } => "; check the data folder's owner and rights, or choose another with --data",
        OpenError::Database(_) => "; check the disk, or choose another folder with --data",
    };
    Trouble::new(format!("{why}{remedy}"))
}

/// A model that nobody can make would only be found out by its first client.
fn check_routes(catalogue: &Catalogue, upstreams: &Upstreams) -> Result<(), Trouble> {
    let lost = catalogue
        .models()
        .iter()
        .find(|model| !model.upstreams.iter().any(|name| upstreams.contains_key(name)));
    lost.map_or(Ok(()), |model| {
        let known: Vec<_> = upstreams.keys().map(String::as_str).collect();
        Err(Trouble::new(format!(
            "the catalogue's model `{}` is made by `{}`, which is not configured; there is {}",
            model.name,
            model.upstreams.join("`, `"),
            known.join(", ")
        )))
    })
}

fn gateway_settings(config: &Config) -> Settings {
    Settings {
        link_life: config.link_life,
        task_life: config.task_life,
        queue_life: config.queue_life,
        run_life: config.run_life,
        uncertain_life: config.uncertain_life,
        key_limits: Limits {
            creates: Some(config.key_creates),
            polls: Some(config.key_polls),
            in_flight: Some(config.key_in_flight),
        },
        account_limits: Limits {
            creates: Some(config.account_creates),
            polls: Some(config.account_polls),
            in_flight: Some(config.account_in_flight),
        },
        log_refused_prompts: config.log_refused_prompts,
        fetch_patience: config.fetch_patience,
        upstream_patience: config.upstream_patience,
        lease: config.lease,
        preparing: config.preparing,
        running: config.running,
        sweep_every: config.sweep_every,
        film_bytes: config.film_bytes.0,
        public_url: config.public_url.clone(),
    }
}
