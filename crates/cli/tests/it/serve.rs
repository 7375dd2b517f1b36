//! The server's life: its first start, its keys, its end, and the ways in which it cannot start.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::process::{KEY, Server, Starting, run, said};

#[test]
fn the_first_start_prints_a_key_once_that_works() {
    let folder = tempfile::tempdir().unwrap();
    let first = Starting::new(folder.path(), &[], &[]).ready("").unwrap();
    let secret =
        first.banner.lines().map(str::trim).find(|line| line.starts_with("fg_")).expect("a key").to_owned();
    let mut first = first;
    first.key.clone_from(&secret);
    assert_eq!(first.get("/v1/result/none").status, 404);
    first.signal(Signal::TERM);
    assert!(first.end().0.success());
    let second = Starting::new(folder.path(), &[], &[]).ready(&secret).unwrap();
    assert!(!second.banner.contains("fg_"), "{}", second.banner);
    assert_eq!(second.get("/v1/result/none").status, 404);
}

#[test]
fn the_bootstrap_key_works_and_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    assert!(!server.banner.contains(KEY));
    assert_eq!(server.get("/v1/result/none").status, 404);
    assert_eq!(server.get("/healthz").status, 200);
    assert_eq!(server.get("/readyz").status, 200);
    assert!(server.get("/metrics").text().contains("filmgate_"));
}

#[test]
fn the_quickstart_key_is_the_same_at_every_start() {
    let folder = tempfile::tempdir().unwrap();
    let key_of = |server: &Server| {
        let (_, rest) = server.banner.split_once("Bearer ").unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let mut first = Starting::new(folder.path(), &["--quickstart"], &[]).ready("").unwrap();
    first.key = key_of(&first);
    assert_eq!(first.get("/v1/result/none").status, 404);
    let file = folder.path().join("data/quickstart.key");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let secret = first.key.clone();
    first.kill();
    let second = Starting::new(folder.path(), &["--quickstart"], &[]).ready(&secret).unwrap();
    assert_eq!(key_of(&second), secret);
    assert_eq!(second.get("/v1/result/none").status, 404);
}

#[test]
fn a_drain_ends_in_time_and_what_was_begun_goes_on_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let ids: Vec<_> = (0..6).map(|_| server.create()).collect();
    server.signal(Signal::TERM);
    let (status, _, took) = server.end();
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    let again = Server::start(folder.path(), &[]);
    for id in ids {
        assert_eq!(again.ended(&id)["status"], "completed");
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    (0..4).for_each(|_| drop(server.create()));
    server.signal(Signal::INT);
    server.signal(Signal::TERM);
    let (status, _, took) = server.end();
    assert!(status.success() && took < Duration::from_secs(10), "{status} {took:?}");
}

#[test]
fn what_keeps_it_from_starting_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let mut page = Vec::new();
    let in_use = run(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--data", "data"]);
    page.push(format!("data folder in use\n{}\n", said(folder.path(), &in_use)));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let port = run(folder.path(), &["serve", "--listen", &address, "--data", "other"]);
    page.push(format!("port in use\n{}\n", said(folder.path(), &port).replace(&address, "ADDRESS")));
    std::fs::write(folder.path().join("file"), "").unwrap();
    let no_folder = run(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--data", "file/data"]);
    page.push(format!("data is no folder\n{}\n", said(folder.path(), &no_folder)));
    std::fs::create_dir(folder.path().join("newer")).unwrap();
    page.push(format!("a store of a newer program\n{}\n", newer(folder.path())));
    drop(server);
    insta::assert_snapshot!(page.concat());
}

/// Lets the store believe that a later program has been here.
fn newer(folder: &std::path::Path) -> String {
    let server = Starting::new(folder, &[], &[("FILMGATE_DATA", "unused")]);
    server.kill();
    let first = crate::process::filmgate(folder).args(["key", "create", "--data", "newer"]).output().unwrap();
    assert!(first.status.success(), "{}", said(folder, &first));
    let database = std::fs::read_dir(folder.join("newer")).unwrap().flatten().map(|entry| entry.path());
    let database = database
        .into_iter()
        .find(|path| path.extension().is_some_and(|end| end == "db"))
        .expect("a database");
    let rows = rusqlite::Connection::open(database).unwrap();
    rows.pragma_update(None, "user_version", 1_000_000).unwrap();
    drop(rows);
    said(folder, &run(folder, &["serve", "--listen", "127.0.0.1:0", "--data", "newer"]))
}

#[test]
fn it_answers_soon_and_holds_little() {
    let folder = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let server = Server::start(folder.path(), &[]);
    assert_eq!(server.get("/healthz").status, 200);
    let took = begun.elapsed();
    let resident = server.resident();
    println!("first answer after {took:?}, {} kB resident", resident / 1024);
    // Other tests share the machine: these bounds catch a mistake, the bench measures.
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(resident < 60 << 20, "{resident}");
}
