//! `filmgate generate` and `filmgate task`, start to finish, with real films looked at by somebody else's program.

use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::hosted::png;
use crate::process::{KEY, Server, filmgate, run, said};

/// What ffprobe says of a film: codecs, size, length.
fn probe(path: &Path) -> Value {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-of", "json", "-show_entries"])
        .arg("stream=codec_name,width,height:format=duration")
        .arg(path)
        .output()
        .expect("ffprobe is there: make deps-test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_film_is_made_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "generate",
        "a quiet lake at night",
        "--seconds",
        "4",
        "--ratio",
        "16:9",
        "-o",
        "lake.mp4",
        "--json",
    ];
    let output = run(folder.path(), &arguments);
    assert!(output.status.success(), "{}", said(folder.path(), &output));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let path = folder.path().join("lake.mp4");
    assert_eq!(told["bytes"].as_u64().unwrap(), path.metadata().unwrap().len());
    assert_eq!(told["actualDuration"].as_f64(), Some(4.0));
    let seen = probe(&path);
    assert_eq!(seen["streams"][0]["codec_name"], "h264");
    assert_eq!((&seen["streams"][0]["width"], &seen["streams"][0]["height"]), (&1280.into(), &720.into()));
    let seconds: f64 = seen["format"]["duration"].as_str().unwrap().parse().unwrap();
    assert!((seconds - 4.0).abs() < 0.05, "{seconds}");
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["lake.mp4"], "nothing else is left behind");
}

#[test]
fn a_local_picture_goes_along_and_the_progress_is_told_in_lines() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("grey.png"), png(720, 1280)).unwrap();
    let output = run(folder.path(), &["generate", "Fog, slowly", "--image", "grey.png"]);
    assert!(output.status.success(), "{}", said(folder.path(), &output));
    let lines = String::from_utf8_lossy(&output.stderr);
    assert!(lines.contains("rendering") && lines.contains("downloading"), "{lines}");
    let printed = String::from_utf8_lossy(&output.stdout);
    let path = printed.split("  ").next().unwrap();
    let named = path.strip_prefix("fog-slowly-").and_then(|rest| rest.strip_suffix(".mp4"));
    assert_eq!(named.map(str::len), Some(6), "{path}");
    assert_eq!(probe(&folder.path().join(path))["streams"][0]["height"], 1280);
}

#[test]
fn what_is_wrong_is_said_before_or_as_the_server_says_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.txt"), "these are notes").unwrap();
    std::fs::write(folder.path().join("small.png"), png(64, 64)).unwrap();
    let mut page = Vec::new();
    for arguments in [
        &["generate", "x", "--image", "missing.png"][..],
        &["generate", "x", "--image", "notes.txt"],
        &["generate", "x", "--image", "small.png"],
        &["generate", " "],
        &["generate", "x", "--seconds", "99"],
        &["generate", "x", "--model", "nope"],
        &["generate", "x", "--model", "videos", "--size", "1x1"],
        &["generate", "x", "--model", "openAiSora2Pro", "--ref-image", "small.png"],
        &["generate", "x", "--first", "small.png"],
        &["generate", "x", "-o", "no/such/folder/x.mp4"],
        &["generate", "x", "--server", "ftp://x", "--key", "fg_x"],
        &["generate", "x", "--server", "http://127.0.0.1:9", "--key", "fg_x"],
        &["task", "list", "--key", "fg_x", "--server", "http://127.0.0.1:9"],
        &["task", "list"],
        &["task", "show", "../x", "--key", "fg_x"],
    ] {
        page.push(format!(
            "{}\n{}\n",
            arguments.join(" "),
            said(folder.path(), &run(folder.path(), arguments))
        ));
    }
    insta::assert_snapshot!(page.concat());
}

#[test]
fn ctrl_c_cancels_the_task_at_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[("FILMGATE_RENDERS", "1")]);
    let base = format!("http://{}", server.address);
    // The first film keeps the only render busy, so that the second is still waiting when it is cancelled.
    let first = server.create();
    let mut command = filmgate(folder.path());
    command.args(["generate", "a long storm", "--seconds", "12", "--server", &base, "--key", KEY]);
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut stderr, &mut line).unwrap();
    assert!(line.starts_with("waiting") || line.starts_with("rendering"), "{line}");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut stderr, &mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    let id = rest.split_once("canceled ").unwrap().1.trim();
    let told = server.ended(id);
    assert_eq!((&told["status"], &told["error_code"]), (&"failed".into(), &"cancelled".into()));
    assert_eq!(server.ended(&first)["status"], "completed");
}

#[test]
fn tasks_are_listed_shown_watched_and_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[("FILMGATE_RENDERS", "1")]);
    let base = format!("http://{}", server.address);
    let ids: Vec<_> = (0..2).map(|_| server.create()).collect();
    let task = |arguments: &[&str]| {
        let output = run(folder.path(), &[&["task"], arguments, &["--server", &base, "--key", KEY]].concat());
        assert!(output.status.success(), "{}", said(folder.path(), &output));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(task(&["cancel", &ids[1]]), format!("canceled {}\n", ids[1]));
    let watched = task(&["watch", &ids[0]]);
    assert!(watched.contains("completed") && watched.contains("video_url"), "{watched}");
    let listed = task(&["list", "--status", "completed"]);
    assert!(listed.contains(&ids[0]) && !listed.contains(&ids[1]), "{listed}");
    let shown: Value = serde_json::from_str(&task(&["show", &ids[1], "--json"])).unwrap();
    assert_eq!(shown["error_code"], "cancelled");
    let page: Value = serde_json::from_str(&task(&["list", "--limit", "1", "--json"])).unwrap();
    let next = page["next_cursor"].as_str().unwrap();
    assert!(task(&["list", "--after", next]).contains(&ids[0]));
}

#[test]
fn models_are_listed_and_shown() {
    let output = run(Path::new("."), &["model", "list"]);
    let shown = run(Path::new("."), &["model", "show", "videos"]);
    let wrong = run(Path::new("."), &["model", "show", "nope"]);
    insta::assert_snapshot!(
        [output, shown, wrong].map(|output| said(Path::new("/nowhere"), &output)).join("\n")
    );
}

#[test]
fn the_doctor_finds_this_machine_fit() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = filmgate(folder.path());
    let output = command.args(["doctor", "--json"]).env("FILMGATE_LISTEN", "127.0.0.1:0").output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["healthy"], true, "{told:#}");
    assert!(told["findings"].as_array().unwrap().iter().any(|finding| finding["check"] == "test film"));
}
