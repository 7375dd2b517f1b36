//! The words of the command line. Each command's own arguments and work stand in its file.

use clap::{Parser, Subcommand};

use crate::account::{self, AccountArgs};
use crate::books::{self, AuditArgs, LedgerArgs, UsageArgs};
use crate::config::print::{self, ConfigArgs};
use crate::doctor::{self, DoctorArgs};
use crate::engine::{self, EngineArgs};
use crate::generate::{self, GenerateArgs};
use crate::key::{self, KeyArgs};
use crate::model::{self, ModelArgs};
use crate::plan::{self, PlanArgs};
use crate::serve::{self, ServeArgs};
use crate::simulate::{self, SimulateArgs};
use crate::task::{self, TaskArgs};
use crate::trouble::Trouble;
use crate::version::{self, VersionArgs};

/// A self-hosted video generation API: a prompt becomes an MP4
#[derive(Debug, Parser)]
#[command(name = "filmgate", version, max_term_width = 100, disable_help_subcommand = true)]
#[command(
    after_help = "Start with `filmgate serve --quickstart`, or `filmgate generate \"a cat in the rain\"`."
)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(ServeArgs),
    Generate(GenerateArgs),
    Task(TaskArgs),
    Account(AccountArgs),
    Key(KeyArgs),
    Usage(UsageArgs),
    Ledger(LedgerArgs),
    Audit(AuditArgs),
    Model(ModelArgs),
    Plan(PlanArgs),
    Engine(EngineArgs),
    Simulate(SimulateArgs),
    Config(ConfigArgs),
    Doctor(DoctorArgs),
    Version(VersionArgs),
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> Result<(), Trouble> {
    match CommandLine::parse().command {
        Command::Serve(args) => serve::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Task(args) => task::run(&args),
        Command::Account(args) => account::run(&args),
        Command::Key(args) => key::run(&args),
        Command::Usage(args) => books::usage(&args),
        Command::Ledger(args) => books::ledger(&args),
        Command::Audit(args) => books::audit(&args),
        Command::Model(args) => model::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Engine(args) => engine::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Config(args) => print::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Version(args) => version::run(&args),
    }
}
