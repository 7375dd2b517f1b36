//! Filmgate behind Filmgate behind Filmgate: three processes, the last one renders. The middle one is killed again and
//! again; the far end counts what reached it, and the same bytes come out at the front.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::crash::{CATALOGUE, adds_up, pass, stop};
use crate::http;
use crate::process::{KEY, Server, Starting};

const FILMS: usize = 12;
const KILLS: usize = 4;

/// Where a server sends its jobs: to the Filmgate at `next`.
fn config(next: SocketAddr) -> String {
    // Looks that come soon: what is tested is who asks whom, not how long that takes.
    format!(
        r#"
        [[upstream]]
        name = "next"
        engine = "swift.toml"
        base_url = "http://{next}"
        model = "tiny"
        secret_env = "NEXT_KEY"
        options = {{ dialect = "sora" }}
        concurrency = 100

        [[route]]
        models = ["tiny", "tiny_frames"]
        upstreams = ["next"]
        "#
    )
}

fn start(folder: &Path, address: &str, next: Option<SocketAddr>) -> Server {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("tiny.toml"), CATALOGUE).unwrap();
    let shipped = include_str!("../../../engines/upstreams/filmgate.toml");
    std::fs::write(folder.join("swift.toml"), shipped.replace("first = 1\n", "first = 0.2\n")).unwrap();
    let mut variables = vec![
        ("FILMGATE_BOOTSTRAP_KEY", KEY),
        ("NEXT_KEY", KEY),
        ("FILMGATE_CATALOGUE", "tiny.toml"),
        ("FILMGATE_MEDIA_ALLOW", "127.0.0.0/8"),
        ("FILMGATE_LEASE", "2s"),
        ("FILMGATE_LOG", "error"),
    ];
    if let Some(next) = next {
        std::fs::write(folder.join("filmgate.toml"), config(next)).unwrap();
        variables.push(("FILMGATE_CONFIG", "filmgate.toml"));
    }
    Starting::at(address, folder, &[], &variables).ready(KEY).expect("it starts")
}

fn film(server: &Server, told: &Value) -> Vec<u8> {
    let link = told["video_url"].as_str().unwrap_or_else(|| panic!("no link: {told}"));
    let path = link.strip_prefix(&format!("http://{}", server.address)).expect("the link leads here");
    http::ask(server.address, "GET", path, &[], "").expect("the server answers").body
}

fn films(server: &Server) -> Vec<Vec<u8>> {
    let listed = server.get("/v1/tasks?limit=100").json();
    let tasks = listed["data"].as_array().unwrap();
    tasks.iter().map(|task| film(server, &server.ended(task["id"].as_str().unwrap()))).collect()
}

#[test]
fn a_chain_delivers_the_same_bytes_whatever_happens_to_its_middle() {
    let folder = tempfile::tempdir().unwrap();
    let end = start(&folder.path().join("end"), "127.0.0.1:0", None);
    let (place, next) = (folder.path().join("middle"), Some(end.address));
    let mut middle = start(&place, "127.0.0.1:0", next);
    let address = middle.address.to_string();
    let front = start(&folder.path().join("front"), "127.0.0.1:0", Some(middle.address));
    let mut ids = Vec::new();
    for count in 0..FILMS {
        // Different films, so that none is taken for another.
        let body = json!({ "model": "tiny", "prompt": format!("boat number {count}") });
        ids.push(front.post("/v1/sora/videos", &body).unwrap().json()["id"].as_str().unwrap().to_owned());
        if count % (FILMS / KILLS) == 1 {
            pass(Duration::from_millis(150 * (count as u64 % 7)));
            middle.kill();
            pass(Duration::from_millis(200));
            middle = start(&place, &address, next);
        }
    }
    let came: BTreeSet<_> = ids.iter().map(|id| film(&front, &front.ended(id))).collect();
    assert_eq!(came.len(), FILMS, "every film came, and each is another");
    for server in [&middle, &end] {
        let made = films(server);
        assert_eq!(made.len(), FILMS, "each was asked for once");
        assert_eq!(made.into_iter().collect::<BTreeSet<_>>(), came, "the same bytes");
    }
    let shown = front.get(&format!("/v1/admin/tasks/{}", ids[0])).json();
    assert_eq!(shown["translation"]["upstream"], "next", "{shown}");
    for (server, name) in [(front, "front"), (middle, "middle"), (end, "end")] {
        stop(server);
        adds_up(&folder.path().join(name));
    }
}
