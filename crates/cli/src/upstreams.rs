//! From the configuration's tables to upstreams: which engine each is, and what it is shown. Every complaint names the
//! file, the line and the upstream.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use filmgate_contract::catalogue::Catalogue;
use filmgate_domain::clock::Clock;
use filmgate_domain::limit::Rate;
use filmgate_domain::money::Micros;
use filmgate_engines::address::Policy;
use filmgate_engines::animatic::Animatic;
use filmgate_engines::port::{Engine, Upstream, Upstreams};
use filmgate_engines::remote::description::Description;
use filmgate_engines::remote::{Remote, Settings, shipped};
use filmgate_engines::simulator;
use filmgate_engines::simulator::server::Server;

use crate::config::Config;
use crate::config::upstreams as table;
use crate::config::value::Word as _;
use crate::trouble::Trouble;

/// The name that the catalogue's routes have for the built-in engine.
pub(crate) const ANIMATIC: &str = "animatic";

/// The name of the engine that is a simulated service.
const SIMULATOR: &str = "simulator";

/// Every upstream: the built-in one, and those of the configuration.
pub(crate) fn upstreams(config: &Config, clock: &Arc<dyn Clock>) -> Result<Upstreams, Trouble> {
    let animatic: Arc<dyn Engine> = Arc::new(Animatic::new(config.render_threads.resolve()));
    let concurrency = config.renders as usize;
    let built_in =
        Upstream { engine: animatic, concurrency, rate: Rate::NONE, price: Micros(0), trim: false };
    let mut all = Upstreams::from([(ANIMATIC.to_owned(), built_in)]);
    for stated in &config.tables.upstreams {
        let upstream =
            upstream(config, stated, clock).map_err(|why| at(config, stated.line, &stated.name, &why))?;
        all.insert(stated.name.clone(), upstream);
    }
    Ok(all)
}

fn upstream(config: &Config, stated: &table::Upstream, clock: &Arc<dyn Clock>) -> Result<Upstream, String> {
    if stated.name == ANIMATIC {
        return Err(format!("`{ANIMATIC}` is the built-in engine's name"));
    }
    let settings = Settings {
        name: stated.name.clone(),
        base_url: stated.base_url.clone(),
        model: stated.model.clone(),
        secret: stated.secret()?,
        can: stated.can.clone(),
        options: stated.texts(),
        policy: Policy::new(config.media_allow.clone()),
    };
    let remote = if stated.engine == SIMULATOR {
        let settings = Settings { base_url: Some(simulator(stated)?), options: BTreeMap::new(), ..settings };
        Remote::new(description("filmgate")?, settings, clock.clone())?
    } else {
        Remote::new(description(&stated.engine)?, settings, clock.clone())?
    };
    Ok(Upstream {
        engine: Arc::new(remote),
        concurrency: stated.concurrency,
        rate: stated.rate.unwrap_or(Rate::NONE),
        price: Micros(stated.price.max(0)),
        trim: stated.trim,
    })
}

/// Starts a simulated service in this process, and says where it is. It goes wrong as `filmgate simulate` does.
fn simulator(stated: &table::Upstream) -> Result<String, String> {
    let options = stated.texts();
    let known = ["takes", "faults", "seed"];
    if let Some(name) = options.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("`options` has `{name}`; the simulator has: {}", known.join(", ")));
    }
    let number = |name: &str, default: u64| match options.get(name) {
        Some(text) => text.parse().map_err(|_| format!("`options.{name}` is `{text}`; it must be a number")),
        None => Ok(default),
    };
    let takes = match options.get("takes") {
        Some(text) => {
            Duration::parse(text).ok_or_else(|| format!("`options.takes` must be {}", Duration::ALLOWED))?
        }
        None => Duration::from_secs(2),
    };
    let faults = u8::try_from(number("faults", 0)?).ok().filter(|faults| *faults <= 100);
    let settings = simulator::Settings {
        dialect: simulator::dialect::Dialect::Kyy,
        takes,
        faults: faults.ok_or("`options.faults` must be 0 to 100")?,
        seed: number("seed", 1)?,
        film: None,
        lines: Vec::new(),
    };
    if tokio::runtime::Handle::try_current().is_err() {
        return Ok("http://127.0.0.1:9".to_owned());
    }
    let told = |why: std::io::Error| format!("the simulator cannot listen: {why}");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").map_err(told)?;
    let server = Server::on(listener, settings).map_err(told)?;
    let place = format!("http://{}", server.address());
    tokio::spawn(server.run());
    Ok(place)
}

/// The description called `name`: a shipped one, or the file at that path.
pub(crate) fn description(name: &str) -> Result<Description, String> {
    if let Some(known) = shipped::find(name) {
        return known.map_err(|wrong| format!("{name}: {wrong}"));
    }
    let path = Path::new(name);
    if path.extension().is_none_or(|end| end != "toml") {
        let known: Vec<_> = shipped::SHIPPED.iter().map(|(name, _)| *name).collect();
        return Err(format!(
            "there is no engine `{name}`; there are {}, or the path of a .toml file",
            known.join(", ")
        ));
    }
    let text = std::fs::read_to_string(path).map_err(|why| format!("{name} cannot be read: {why}"))?;
    Description::parse(&text).map_err(|wrong| format!("{name}:{}: {}", wrong.line, wrong.reason))
}

/// Lets the configuration's routes win over the catalogue's.
pub(crate) fn reroute(config: &Config, catalogue: &mut Catalogue) -> Result<(), Trouble> {
    for route in &config.tables.routes {
        let wrong = |why: String| at(config, route.line, "route", &why);
        if route.models.is_empty() {
            return Err(wrong("`models` names none".to_owned()));
        }
        for model in &route.models {
            catalogue.reroute(model, &route.upstreams, &route.weights).map_err(wrong)?;
        }
    }
    Ok(())
}

fn at(config: &Config, line: usize, name: &str, why: &str) -> Trouble {
    let place =
        config.place.as_deref().map_or_else(String::new, |place| format!("{}:{line}: ", place.display()));
    Trouble::new(format!("{place}{name}: {why}"))
}

#[cfg(test)]
mod tests {
    use filmgate_domain::clock::{HeldClock, Timestamp};

    use super::*;

    /// What the documentation shows is read as a reader would try it.
    #[test]
    fn every_example_of_the_documentation_works() {
        let clock: Arc<dyn Clock> = Arc::new(HeldClock::at(Timestamp::from_millis(0)));
        let page = [include_str!("../../../docs/engines.md"), include_str!("../../../README.md")].concat();
        let blocks = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
        let (mut configurations, mut descriptions) = (0, 0);
        for block in blocks {
            if block.contains("[accept]") {
                Description::parse(block).unwrap_or_else(|wrong| panic!("{wrong}: {block}"));
                descriptions += 1;
                continue;
            }
            let open: Vec<_> = block.lines().filter(|line| !line.starts_with("secret_")).collect();
            let tables =
                table::parse(&open.join("\n")).unwrap_or_else(|wrong| panic!("{}: {block}", wrong.why));
            let config = Config { tables, ..Config::default() };
            let all = upstreams(&config, &clock).unwrap_or_else(|wrong| panic!("{wrong}: {block}"));
            let mut catalogue = Catalogue::builtin();
            reroute(&config, &mut catalogue).unwrap_or_else(|wrong| panic!("{wrong}: {block}"));
            let routed = config.tables.routes.iter().flat_map(|route| &route.upstreams);
            assert!(
                routed.clone().count() > 0 && routed.clone().all(|name| all.contains_key(name)),
                "{block}"
            );
            configurations += 1;
        }
        assert!(configurations >= 10 && descriptions == 1, "{configurations} {descriptions}");
    }
}
