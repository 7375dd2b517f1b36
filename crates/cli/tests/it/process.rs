//! The real process: started with nothing of this machine's environment but what a test gives it, its banner read, its
//! end awaited. No test waits for a fixed time; each waits for the event, and fails when that takes far too long.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::http::{self, Answer};

/// A key that tests start servers with.
pub(crate) const KEY: &str = "fg_a-key-of-these-tests";

/// Far longer than anything here takes.
pub(crate) const LONG: Duration = Duration::from_mins(1);

/// The command with a clean environment.
pub(crate) fn filmgate(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_filmgate"));
    command.env_clear().current_dir(folder).stdin(Stdio::null());
    for kept in ["PATH", "HOME", "TMPDIR", "LANG"] {
        command.envs(std::env::var_os(kept).map(|value| (kept, value)));
    }
    command
}

/// Runs the command to its end. One that does not end, a server that should have refused to start say, is killed.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = filmgate(folder);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("the binary starts");
    let pid = Pid::from_child(&child);
    let (ended, end) = channel::<()>();
    std::thread::spawn(move || {
        if end.recv_timeout(LONG) == Err(RecvTimeoutError::Timeout) {
            kill_process(pid, Signal::KILL).unwrap_or_default();
        }
    });
    let output = child.wait_with_output().expect("its output can be read");
    drop(ended);
    output
}

/// What it said, with the temporary folder's name taken out.
pub(crate) fn said(folder: &Path, output: &Output) -> String {
    let tidy = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&folder.display().to_string(), "FOLDER");
    let code = output.status.code().map_or("a signal".to_owned(), |code| code.to_string());
    format!("exit {code}\nstdout: {}\nstderr: {}", tidy(&output.stdout), tidy(&output.stderr))
}

/// A server under test. Killed when dropped.
pub(crate) struct Server {
    child: Child,
    /// Lines of stdout; its end is the end of the channel.
    lines: Receiver<String>,
    /// What stdout said up to the end of the banner.
    pub(crate) banner: String,
    pub(crate) address: SocketAddr,
    pub(crate) key: String,
}

/// A process that may still be starting.
pub(crate) struct Starting {
    child: Child,
    lines: Receiver<String>,
}

impl Starting {
    /// Starts `serve` on `folder/data` and a free port; does not wait.
    pub(crate) fn new(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::at("127.0.0.1:0", folder, arguments, variables)
    }

    /// The same at an address.
    pub(crate) fn at(address: &str, folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = filmgate(folder);
        command.args(["serve", "--listen", address, "--data", "data"]).args(arguments);
        command.env("FILMGATE_LOG", "warn").envs(variables.iter().copied());
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary starts");
        let out = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let (sender, lines) = channel();
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines }
    }

    /// Waits for the banner. The error is how it ended instead.
    pub(crate) fn ready(mut self, key: &str) -> Result<Server, ExitStatus> {
        let mut banner = String::new();
        let mut address = None;
        // The last line of the banner is the one with -o.
        while address.is_none() || !banner.contains("-o cat.mp4") {
            match self.lines.recv_timeout(LONG) {
                Ok(line) => {
                    address =
                        address.or_else(|| line.strip_prefix("Filmgate listens on http://")?.parse().ok());
                    banner.push_str(&line);
                    banner.push('\n');
                }
                Err(RecvTimeoutError::Disconnected) => return Err(self.child.wait().expect("it has ended")),
                Err(RecvTimeoutError::Timeout) => panic!("no banner, only: {banner}"),
            }
        }
        let address = address.expect("the loop ended with an address");
        Ok(Server { child: self.child, lines: self.lines, banner, address, key: key.to_owned() })
    }

    /// Kills it as `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it has ended");
    }
}

impl Server {
    /// Starts `serve` with [`KEY`] and waits until it listens.
    pub(crate) fn start(folder: &Path, variables: &[(&str, &str)]) -> Self {
        let mut all = vec![("FILMGATE_BOOTSTRAP_KEY", KEY)];
        all.extend(variables);
        let ready = Starting::new(folder, &[], &all).ready(KEY);
        ready.unwrap_or_else(|status| panic!("the server ended with {status}"))
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "").expect("the server answers")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> std::io::Result<Answer> {
        self.ask("POST", path, &["Content-Type: application/json".to_owned()], &body.to_string())
    }

    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[String],
        body: &str,
    ) -> std::io::Result<Answer> {
        let mut all = vec![format!("Authorization: Bearer {}", self.key)];
        all.extend_from_slice(headers);
        http::ask(self.address, method, path, &all, body)
    }

    /// Creates a short film and says its id.
    pub(crate) fn create(&self) -> String {
        let body = json!({ "model": "openAiSora2Plus", "prompt": "a quiet lake at night", "seconds": 4 });
        let answer = self.post("/v1/sora/videos", &body).expect("the server answers");
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["id"].as_str().expect("an id").to_owned()
    }

    /// The task's answer once it has ended.
    pub(crate) fn ended(&self, id: &str) -> Value {
        let begun = Instant::now();
        loop {
            let answer = self.get(&format!("/v1/result/{id}?wait=20"));
            assert_eq!(answer.status, 200, "{id}: {}", answer.text());
            let told = answer.json();
            if told["status"] == "completed" || told["status"] == "failed" {
                return told;
            }
            assert!(begun.elapsed() < 3 * LONG, "{id} does not end: {told}");
        }
    }

    /// Kills it as `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it has ended");
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("it can be signalled");
    }

    /// Waits for its end: how it ended, what else it said, and how long that took.
    pub(crate) fn end(mut self) -> (ExitStatus, String, Duration) {
        let begun = Instant::now();
        let mut rest = String::new();
        loop {
            match self.lines.recv_timeout(LONG) {
                Ok(line) => rest.push_str(&(line + "\n")),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end"),
            }
        }
        (self.child.wait().expect("it has ended"), rest, begun.elapsed())
    }

    /// Memory that it holds, in bytes.
    pub(crate) fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Where it has ended already there is nothing to kill.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}
