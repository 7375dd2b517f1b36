//! `filmgate simulate` as a process under test.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::http;
use crate::process::filmgate;

/// A simulated service. Killed when dropped.
pub(crate) struct Simulated {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Simulated {
    pub(crate) fn start(folder: &Path, dialect: &str, arguments: &[&str]) -> Self {
        let mut command = filmgate(folder);
        command.args(["simulate", "--dialect", dialect, "--listen", "127.0.0.1:0"]).args(arguments);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let address = line.trim().rsplit_once("http://").and_then(|(_, address)| address.parse().ok());
        Self { child, address: address.unwrap_or_else(|| panic!("no address in `{line}`")) }
    }

    /// The jobs it has taken.
    pub(crate) fn jobs(&self) -> Vec<Value> {
        let answer = http::ask(self.address, "GET", "/simulated/jobs", &[], "").expect("it answers");
        answer.json()["jobs"].as_array().expect("a list").clone()
    }
}

impl Drop for Simulated {
    fn drop(&mut self) {
        // Where it has ended already there is nothing to kill.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}
