//! THE EXECUTABLE `filmgate`.
//!
//! Dramatis personae: [`command`] knows the words; [`config`] what is in force; [`compose`] builds the house from it and
//! [`running`] lets it run, for [`serve`] and for [`generate`] alike. [`remote`] speaks to a server over HTTP, which
//! `generate` and [`task`] stand on; [`key`] works on the data folder itself. [`doors`] is where time and chance come in.
//!
//! Only this crate knows the environment, stdout, signals and exit codes. It decides nothing about tasks.

mod banner;
mod command;
mod compose;
mod config;
mod doctor;
mod doors;
mod film_request;
mod generate;
mod key;
mod logs;
mod model;
mod output;
mod private;
mod progress;
mod remote;
mod running;
mod serve;
mod stop;
mod task;
mod trouble;
mod version;

use std::process::ExitCode;

fn main() -> ExitCode {
    match command::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => trouble.report(),
    }
}
