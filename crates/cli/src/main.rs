//! THE EXECUTABLE `filmgate`.
//!
//! Dramatis personae: [`command`] knows the words; [`config`] what is in force; [`compose`] builds the house from it, with the [`upstreams`] it names, and
//! [`running`] lets it run, for [`serve`] and for [`generate`] alike. [`remote`] speaks to a server over HTTP, which
//! `generate` and [`task`] stand on; [`account`], [`key`] and the [`books`] work on the data folder itself, over the
//! [`desk`]; [`plan`] asks the built-in engine alone, [`engine`] and
//! [`simulate`] the others and what they talk to. [`doors`] is where time and chance come in.
//!
//! Only this crate knows the environment, stdout, signals and exit codes. It decides nothing about tasks.

mod account;
mod banner;
mod books;
mod command;
mod compose;
mod config;
mod desk;
mod doctor;
mod doors;
mod engine;
mod film_request;
mod generate;
mod key;
mod logs;
mod model;
mod output;
mod plan;
mod private;
mod progress;
mod remote;
mod running;
mod serve;
mod simulate;
mod stop;
mod task;
mod trouble;
mod upstreams;
mod version;

use std::process::ExitCode;

fn main() -> ExitCode {
    match command::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => trouble.report(),
    }
}
