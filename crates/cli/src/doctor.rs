//! `filmgate doctor`: looks at what the program stands on, measures instead of guessing, and says what to do. It changes
//! nothing and opens no tasks, so it may run beside a server.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::AttemptId;
use filmgate_domain::media::Size;
use filmgate_domain::request::{Dialect, Guidance, VideoRequest};
use filmgate_engines::animatic::{Animatic, ENCODER};
use filmgate_engines::port::{Engine, Job, Progress};
use filmgate_gateway::Doors;
use futures_util::StreamExt;
use serde::Serialize;
use serde_json::json;

use crate::config::{Config, Sources};
use crate::trouble::Trouble;
use crate::{compose, doors, output};

/// Check this machine and the configuration, and say what is wrong
#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    sources: Sources,
}

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Grade {
    Good,
    Doubtful,
    Bad,
}

#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    grade: Grade,
    text: String,
}

use Grade::{Bad, Doubtful, Good};

fn found(check: &'static str, grade: Grade, text: impl Into<String>) -> Finding {
    Finding { check, grade, text: text.into() }
}

/// Runs the command.
pub(crate) fn run(args: &DoctorArgs) -> Result<(), Trouble> {
    let config = args.sources.load()?.config;
    let doors = doors::system();
    let findings = [
        catalogue(&config),
        content(&config),
        folder(&config.data),
        room(&config.data),
        sync(&config.data),
        address(config.listen),
        families(),
        files(),
        clock(doors.clock.now()),
        encoder(),
        film(&config, &doors),
    ];
    let bad = findings.iter().filter(|finding| finding.grade == Bad).count();
    if args.json {
        output::json(&json!({ "healthy": bad == 0, "findings": findings }))?;
    } else {
        output::text(findings.iter().map(line).collect::<String>())?;
    }
    match bad {
        0 => Ok(()),
        1 => Err(Trouble::new("one check failed; the line marked BAD says what to do")),
        more => Err(Trouble::new(format!("{more} checks failed; the lines marked BAD say what to do"))),
    }
}

fn line(finding: &Finding) -> String {
    let mark = match finding.grade {
        Good => "ok",
        Doubtful => "hm",
        Bad => "BAD",
    };
    format!("{mark:<4} {:<14} {}\n", finding.check, finding.text)
}

fn catalogue(config: &Config) -> Finding {
    match compose::catalogue(config) {
        Ok(catalogue) => found("catalogue", Good, format!("{} models", catalogue.models().len())),
        Err(wrong) => found("catalogue", Bad, wrong.to_string()),
    }
}

fn content(config: &Config) -> Finding {
    match compose::content(config) {
        Ok(content) => {
            let moderator = if content.moderator.is_some() { ", a moderator" } else { "" };
            found("content rules", Good, format!("{} rules{moderator}", content.rules.len()))
        }
        Err(wrong) => found("content rules", Bad, wrong.to_string()),
    }
}

/// The data folder, or the nearest folder above it that exists.
fn standing(data: &Path) -> PathBuf {
    let full = std::path::absolute(data).unwrap_or_else(|_| data.to_owned());
    full.ancestors().find(|path| path.is_dir()).map_or(full.clone(), Path::to_owned)
}

fn folder(data: &Path) -> Finding {
    let there = standing(data);
    match tempfile::tempfile_in(&there) {
        Ok(_) => found("data folder", Good, format!("{} can be written", there.display())),
        Err(why) => {
            let text = format!("{} cannot be written: {why}; change its owner or --data", there.display());
            found("data folder", Bad, text)
        }
    }
}

fn room(data: &Path) -> Finding {
    match rustix::fs::statvfs(standing(data)) {
        Ok(disk) => {
            let free = disk.f_bavail * disk.f_frsize;
            let gigabytes = free as f64 / 1e9;
            let grade = if free < 100_000_000 {
                Bad
            } else if free < 2_000_000_000 {
                Doubtful
            } else {
                Good
            };
            found("free disk", grade, format!("{gigabytes:.1} GB; an 8 s film takes some 5 MB for a day"))
        }
        Err(why) => found("free disk", Doubtful, format!("cannot be asked: {why}")),
    }
}

/// How long a small durable write takes: what a create waits for when nobody else does.
fn sync(data: &Path) -> Finding {
    let measured = (|| {
        let mut file: File = tempfile::tempfile_in(standing(data))?;
        let mut spans = Vec::new();
        for _ in 0..20 {
            let begun = Instant::now();
            file.write_all(&[0; 4096])?;
            file.sync_data()?;
            spans.push(begun.elapsed());
        }
        spans.sort();
        std::io::Result::Ok(spans[spans.len() / 2])
    })();
    match measured {
        Ok(span) => {
            let grade = if span > Duration::from_millis(20) { Doubtful } else { Good };
            found("durable write", grade, format!("{:.1} ms, the median of 20", span.as_secs_f64() * 1e3))
        }
        Err(why) => found("durable write", Bad, format!("failed: {why}; is the disk full?")),
    }
}

fn address(listen: SocketAddr) -> Finding {
    if answers(listen) {
        return found("address", Good, format!("a Filmgate answers on {listen}"));
    }
    match TcpListener::bind(listen) {
        Ok(_) => found("address", Good, format!("{listen} is free")),
        Err(why) => found(
            "address",
            Bad,
            format!("{listen} cannot be listened on: {why}; choose another with --listen"),
        ),
    }
}

fn answers(address: SocketAddr) -> bool {
    let asked = (|| {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_millis(500))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.take(4096).read_to_string(&mut answer)?;
        std::io::Result::Ok(answer)
    })();
    asked.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200") && answer.contains("\"status\":\"ok\""))
}

fn families() -> Finding {
    let four = TcpListener::bind("127.0.0.1:0").is_ok();
    let six = TcpListener::bind("[::1]:0").is_ok();
    match (four, six) {
        (true, true) => found("network", Good, "IPv4 and IPv6"),
        (true, false) => found("network", Good, "IPv4 only"),
        (false, true) => found("network", Doubtful, "IPv6 only: listen on [::1]:8080"),
        (false, false) => {
            found("network", Bad, "neither IPv4 nor IPv6 on this machine; is a sandbox in the way?")
        }
    }
}

fn files() -> Finding {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    match limit {
        Some(limit) if limit < 1024 => found(
            "open files",
            Doubtful,
            format!("{limit}; raise it with `ulimit -n 16384` for many clients"),
        ),
        Some(limit) => found("open files", Good, format!("up to {limit}")),
        None => found("open files", Good, "no limit"),
    }
}

fn clock(now: Timestamp) -> Finding {
    // The first day of the year this program was written in.
    let written = Timestamp::from_millis(1_767_225_600_000);
    if now < written {
        return found(
            "clock",
            Bad,
            format!("it shows {}, which is past; set it, or links break", output::moment(now)),
        );
    }
    found("clock", Good, output::moment(now))
}

fn encoder() -> Finding {
    let grade = if ENCODER.contains("without") { Doubtful } else { Good };
    found("encoder", grade, ENCODER)
}

/// One second of film at full size, timed.
fn film(config: &Config, doors: &Doors) -> Finding {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let begun = Instant::now();
    let made = match runtime {
        Ok(runtime) => runtime.block_on(render(config, doors)),
        Err(why) => Err(why.to_string()),
    };
    let took = begun.elapsed().as_secs_f64();
    match made {
        Ok(bytes) => {
            let grade = if took > 1.0 { Doubtful } else { Good };
            let text = format!(
                "1 s of 1280x720 took {took:.2} s ({} kB, {} threads)",
                bytes / 1000,
                config.render_threads.resolve()
            );
            found("test film", grade, text)
        }
        Err(why) => found("test film", Bad, format!("could not be rendered: {why}")),
    }
}

async fn render(config: &Config, doors: &Doors) -> Result<usize, String> {
    let engine = Animatic::new(config.render_threads.resolve());
    let request = VideoRequest {
        dialect: Dialect::Videos,
        model: "doctor".to_owned(),
        prompt: "A cat dancing in the rain, cinematic style".to_owned(),
        seconds: 1,
        size: Size::new(1280, 720),
        guidance: Guidance::Text,
        strict: false,
    };
    let attempt = AttemptId::mint(doors.clock.now(), &*doors.entropy);
    let handle = engine.submit(Job { attempt, request, seed: 1, callback: None, inputs: Vec::new() }).await;
    let handle = handle.map_err(|why| why.to_string())?;
    while engine.poll(&handle).await.map_err(|why| why.to_string())? != Progress::Done {}
    let mut film = engine.fetch(&handle).await.map_err(|why| why.to_string())?;
    let mut bytes = 0;
    while let Some(piece) = film.next().await {
        bytes += piece.map_err(|why| why.to_string())?.len();
    }
    Ok(bytes)
}
