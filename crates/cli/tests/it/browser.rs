//! A browser plays the film: Chromium loads the link that the API gave, plays it to its end and says what it saw.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::process::Server;

/// Plays the film four times as fast and reports at its end, or why it could not.
const PAGE: &str = r#"<!doctype html><video id="v" muted src="FILM"></video><script>
const v = document.getElementById("v");
const report = how => { const q = v.getVideoPlaybackQuality();
  new Image().src = `/report?${how},${v.duration},${v.videoWidth}x${v.videoHeight},${v.currentTime},${q.totalVideoFrames > 0}`; };
v.addEventListener("ended", () => report("ended"));
v.addEventListener("error", () => report("error:" + v.error.message));
v.playbackRate = 4; v.play().catch(why => report("refused:" + why));
</script>"#;

/// Serves the page until something is reported.
fn reported(listener: &TcpListener, film: &str) -> String {
    for stream in listener.incoming() {
        let mut stream: TcpStream = stream.expect("a connection");
        let mut line = String::new();
        // A browser opens connections that it then does not use: they read as nothing and take no answer.
        let _unused = BufReader::new(&stream).read_line(&mut line);
        let path = line.split(' ').nth(1).unwrap_or_default();
        if let Some(report) = path.strip_prefix("/report?") {
            return report.to_owned();
        }
        let body = if path == "/" { PAGE.replace("FILM", film) } else { String::new() };
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length:";
        let _unread = write!(stream, "{head} {}\r\n\r\n{body}", body.len());
    }
    unreachable!("a listener does not end")
}

/// What Chromium reports of the film at `link`. Its end, by itself or by the time limit, is a report too.
fn played(link: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let profile = tempfile::tempdir().expect("a folder");
    let browser = Command::new("timeout")
        .args([
            "120",
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--mute-audio",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-quic",
        ])
        .args([
            "--autoplay-policy=no-user-gesture-required",
            "--disable-dev-shm-usage",
            "--remote-debugging-port=0",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("http://{address}/"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut browser = browser.expect("chromium and timeout are installed (make deps-test)");
    let pid = Pid::from_child(&browser);
    let limit = std::thread::spawn(move || {
        browser.wait().expect("it ends");
        // Nobody listens any more when the report came first.
        if let Ok(mut stream) = TcpStream::connect(address) {
            let _heard = write!(stream, "GET /report?chromium-ended HTTP/1.1\r\n\r\n");
        }
    });
    let report = reported(&listener, link);
    // It may have ended by itself.
    let _ended = kill_process(pid, Signal::TERM);
    limit.join().expect("it has ended");
    report
}

#[test]
fn chromium_plays_the_seeds_film_to_its_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    let body = json!({
        "model": "videos",
        "prompt": "A cute kitten playing on a sunlit meadow, cinematic lens",
        "duration": 5,
        "ratio": "16:9",
        "resolution": "720p"
    });
    let created = server.post("/v1/videos/videos", &body).expect("the server answers").json();
    let told = server.ended(created["id"].as_str().expect("an id"));
    assert_eq!(told["status"], "completed", "{told}");
    let report = played(told["video_url"].as_str().expect("a link"));
    assert_eq!(report, "ended,5,1280x720,5,true");
}
