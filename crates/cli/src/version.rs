//! `filmgate version`: which build this is, the encoder's included.

use clap::Args;
use serde_json::json;

use crate::output;
use crate::trouble::Trouble;

/// Print the version and how the encoder was built
#[derive(Args, Debug)]
pub(crate) struct VersionArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) fn run(args: &VersionArgs) -> Result<(), Trouble> {
    let version = env!("CARGO_PKG_VERSION");
    let encoder = filmgate_engines::animatic::ENCODER;
    if args.json {
        return output::json(&json!({ "version": version, "encoder": encoder }));
    }
    output::text(format!("filmgate {version}\nencoder: {encoder}\n"))
}
