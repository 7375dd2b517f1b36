//! `filmgate simulate`: a service that takes jobs in the words of a real one and makes the trouble it is told to. To test
//! clients with, this program included.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use filmgate_engines::simulator::Settings;
use filmgate_engines::simulator::dialect::Dialect;
use filmgate_engines::simulator::script::Script;
use filmgate_engines::simulator::server::Server;

use crate::config::value::Word as _;
use crate::output;
use crate::stop::Signals;
use crate::trouble::Trouble;

/// The words in prompts that make trouble, for the help.
const WORDS: &str = "Words in a prompt make trouble: #busy=2 #busy_silent=2 #overloaded=2 #refused #invalid #auth #quota \
    #reset #hang #garbled #huge #broken #takes=500ms #looks=3 #word=pondering #poll_broken=2 #poll_busy=2 #forgotten \
    #fails #censored #link_dead=2 #cut #stall #not_a_film #half_a_film #empty #callbacks=2. What it has taken: GET /simulated/jobs";

/// Play a video service, with all its faults
#[derive(Args, Debug)]
#[command(after_help = WORDS)]
pub(crate) struct SimulateArgs {
    /// Whose words: openai, ark, google, dashscope, fal, replicate or kyy
    #[arg(long, value_parser = dialect)]
    dialect: Dialect,
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9090")]
    listen: SocketAddr,
    /// How long a job takes
    #[arg(long, value_name = "SPAN", default_value = "2s", value_parser = span)]
    takes: Duration,
    /// How many of a hundred jobs go wrong by chance
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    faults: u8,
    /// Decides which jobs go wrong, and how
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The film it delivers; without it, one is rendered for every length and size
    #[arg(long, value_name = "FILE")]
    film: Option<PathBuf>,
    /// Words for the jobs in the order they come, a line each; after the last line comes the first again
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
}

fn dialect(text: &str) -> Result<Dialect, String> {
    let names: Vec<_> = Dialect::ALL.into_iter().map(Dialect::as_str).collect();
    Dialect::parse(text).ok_or_else(|| format!("there are {}", names.join(", ")))
}

fn span(text: &str) -> Result<Duration, String> {
    Duration::parse(text).ok_or_else(|| format!("expected {}", Duration::ALLOWED))
}

/// Runs the command.
pub(crate) fn run(args: &SimulateArgs) -> Result<(), Trouble> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|why| Trouble::new(format!("the program cannot be started: {why}")))?;
    let end = runtime.block_on(serve(args));
    runtime.shutdown_background();
    end
}

/// The words of a script file.
fn lines(path: &Path) -> Result<Vec<Script>, Trouble> {
    let text = std::fs::read_to_string(path)
        .map_err(|why| Trouble::new(format!("--script cannot be read: {why}")))?;
    Script::lines(&text).map_err(|why| Trouble::new(format!("{}: {why}", path.display())))
}

async fn serve(args: &SimulateArgs) -> Result<(), Trouble> {
    let film = args.film.as_ref().map(std::fs::read).transpose();
    let film = film.map_err(|why| Trouble::new(format!("--film cannot be read: {why}")))?.map(Into::into);
    let lines = args.script.as_ref().map_or(Ok(Vec::new()), |path| lines(path))?;
    let SimulateArgs { dialect, takes, faults, seed, listen, .. } = *args;
    let server = Server::bind(listen, Settings { dialect, takes, faults, seed, film, lines }).await;
    let server = server
        .map_err(|why| Trouble::new(format!("{listen}: {why}; choose another address with --listen")))?;
    let mut signals = Signals::listen()?;
    output::text(format!("Simulating {} at http://{}\n", dialect.as_str(), server.address()))?;
    tokio::select! {
        () = server.run() => {}
        () = signals.next() => {}
    }
    Ok(())
}
