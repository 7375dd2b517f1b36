//! `filmgate engine`: the engines that are files. List them, print one to copy, check one before it is used, and try it
//! on the real service with the cheapest job it makes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use filmgate_domain::id::AttemptId;
use filmgate_domain::media::Size;
use filmgate_domain::request::{Dialect, Guidance, VideoRequest};
use filmgate_engines::address::Policy;
use filmgate_engines::port::{Dedupe, Engine, EngineError, Job, Progress};
use filmgate_engines::remote::abilities::Abilities;
use filmgate_engines::remote::description::Description;
use filmgate_engines::remote::{Remote, Settings, shipped};
use futures_util::TryStreamExt;

use crate::config::upstreams::secret;
use crate::trouble::Trouble;
use crate::{doors, output, upstreams};

/// How long a live check waits for a film.
const PATIENCE: Duration = Duration::from_mins(20);

/// List, print and check the engines that are files
#[derive(Args, Debug)]
pub(crate) struct EngineArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the engines that come with this program
    List,
    /// Print one, to read or to copy
    Show {
        /// Its name
        name: String,
    },
    /// Check one: a name, or a .toml file
    Check(CheckArgs),
}

#[derive(Args, Debug)]
struct CheckArgs {
    /// Its name, or its file
    engine: String,
    /// Have it make the shortest film it can, which may cost money
    #[arg(long)]
    live: bool,
    /// Where it is, for --live
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// What it calls the model, for --live
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// The environment variable that holds its credential, for --live
    #[arg(long, value_name = "NAME")]
    secret_env: Option<String>,
    /// Where to put the film of --live
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &EngineArgs) -> Result<(), Trouble> {
    match &args.verb {
        Verb::List => list(),
        Verb::Show { name } => {
            let text = shipped::text(name);
            output::text(text.ok_or_else(|| {
                Trouble::new(format!("there is no engine `{name}`; see `filmgate engine list`"))
            })?)
        }
        Verb::Check(args) => check(args),
    }
}

fn list() -> Result<(), Trouble> {
    let rows = shipped::SHIPPED.iter().filter_map(|(name, _)| {
        let description = shipped::find(name)?.ok()?;
        let place = description.base_url.clone().unwrap_or_default();
        Some([
            (*name).to_owned(),
            description.about.clone(),
            description.model.clone().unwrap_or_default(),
            place,
        ])
    });
    output::text(output::table(["name", "what it is", "model", "base_url"], rows))
}

fn check(args: &CheckArgs) -> Result<(), Trouble> {
    let description = upstreams::description(&args.engine).map_err(Trouble::new)?;
    let clock = doors::system().clock;
    let settings = Settings {
        base_url: args
            .base_url
            .clone()
            .or_else(|| description.base_url.clone())
            .or(Some("http://localhost".to_owned())),
        model: args.model.clone(),
        secret: secret(args.secret_env.as_deref(), None).map_err(Trouble::new)?,
        // Whoever types the address means it.
        policy: Policy::new(
            vec!["0.0.0.0/0", "::/0"].into_iter().filter_map(|block| block.parse().ok()).collect(),
        ),
        ..Settings::default()
    };
    let (can, about) = (description.can.clone(), told(&description));
    let remote = Remote::new(description, settings, clock).map_err(Trouble::new)?;
    output::text(format!("{} is well-formed: {about}\n{}", args.engine, promises(&remote)))?;
    if !args.live {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| Trouble::new(format!("the program cannot be started: {why}")))?;
    runtime.block_on(live(Arc::new(remote), &can, args))
}

fn told(description: &Description) -> String {
    let can = &description.can;
    let frames =
        ["no frames", "a first frame", "first and last frames"][usize::from(can.frames.unwrap_or(0).min(2))];
    let (images, videos) = (can.images.unwrap_or(0), can.videos.unwrap_or(0));
    format!("{} (takes {frames}, {images} reference images, {videos} reference videos)", description.about)
}

fn promises(remote: &Remote) -> &'static str {
    match remote.dedupe() {
        Dedupe::Key => "A submit whose answer is lost is sent again: it makes no second job.\n",
        Dedupe::Lookup => "A submit whose answer is lost is looked up.\n",
        Dedupe::None => "A submit whose answer is lost stays in doubt: nothing says whether it arrived.\n",
    }
}

/// The shortest film of the first shape it makes.
fn cheapest(can: &Abilities) -> VideoRequest {
    let seconds = can.shortest().unwrap_or(4);
    let sizes = ["1280x720", "720x1280", "960x960"].into_iter().filter_map(|text| {
        let (width, height) = text.split_once('x')?;
        Some(Size::new(width.parse().ok()?, height.parse().ok()?))
    });
    let request = |size| VideoRequest {
        dialect: Dialect::Videos,
        model: "check".to_owned(),
        prompt: "A red ball rolls over a white table".to_owned(),
        seconds,
        size,
        guidance: Guidance::Text,
        strict: false,
    };
    let mut requests = sizes.map(request);
    let first = request(Size::new(1280, 720));
    requests.find(|request| can.fit(request).is_ok()).unwrap_or(first)
}

async fn live(engine: Arc<dyn Engine>, can: &Abilities, args: &CheckArgs) -> Result<(), Trouble> {
    let request = cheapest(can);
    let bad = |what: &str, error: &EngineError| Trouble::new(format!("{what}: {error}"));
    let attempt = AttemptId::mint(doors::system().clock.now(), &*doors::system().entropy);
    output::text(format!("asking for {} s at {}\n", request.seconds, request.size))?;
    let job = Job { attempt, request, seed: 1, callback: None, inputs: Vec::new() };
    let handle = engine.submit(job).await.map_err(|error| bad("the submit", &error))?;
    output::text(format!("taken as {handle}\n"))?;
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut wait = engine.pace().first;
    loop {
        tokio::time::sleep(wait).await;
        match engine.poll(&handle).await {
            Ok(Progress::Done) => break,
            Ok(Progress::Working { percent, after }) => {
                output::text(format!("working, {percent} %\n"))?;
                wait = after.unwrap_or(engine.pace().first);
            }
            Err(EngineError::Retry { why, .. } | EngineError::Busy { why, .. }) => {
                output::text(format!("again: {why}\n"))?;
            }
            Err(error) => return Err(bad("the job", &error)),
        }
        if tokio::time::Instant::now() > deadline {
            return Err(Trouble::new(format!(
                "no film after {} minutes; its name there is {handle}",
                PATIENCE.as_secs() / 60
            )));
        }
    }
    let film = engine.fetch(&handle).await.map_err(|error| bad("the film", &error))?;
    let film: Vec<_> = film.try_collect().await.map_err(|error| bad("the film", &error))?;
    let film = film.concat();
    if film.get(4..8) != Some(b"ftyp") {
        return Err(Trouble::new(format!(
            "what was delivered is no MP4: {} bytes without `ftyp`",
            film.len()
        )));
    }
    if let Some(path) = &args.output {
        std::fs::write(path, &film).map_err(|why| Trouble::new(format!("{}: {why}", path.display())))?;
    }
    output::text(format!("a film of {} bytes: it works\n", film.len()))
}
