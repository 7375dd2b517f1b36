//! Running it for others, with the real process and the real commands: an account, a key with a budget, a top-up, what
//! was used, and the proof.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http;
use crate::process::{KEY, Server, Starting, run, said};

/// What a command prints as JSON.
fn told(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, &[arguments, &["--data", "data", "--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", said(folder, &output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// A create of the cheapest film with `secret`.
fn create(server: SocketAddr, secret: &str, idempotency: Option<&str>) -> std::io::Result<http::Answer> {
    let mut headers =
        vec![format!("Authorization: Bearer {secret}"), "Content-Type: application/json".to_owned()];
    headers.extend(idempotency.map(|key| format!("Idempotency-Key: {key}")));
    let body = json!({ "model": "openAiSora2Plus", "prompt": "a quiet lake", "seconds": 4 });
    http::ask(server, "POST", "/v1/sora/videos", &headers, &body.to_string())
}

/// Asks until `wanted` holds: what a command changes, a running server knows within a moment.
fn until(mut wanted: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !wanted() {
        assert!(begun.elapsed() < Duration::from_secs(10), "it does not come about");
    }
}

#[test]
fn a_reseller_hands_out_a_key_tops_it_up_and_sees_the_usage() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(folder, &[("FILMGATE_RENDERS", "0"), ("FILMGATE_FAILED_AUTHS", "none")]);
    told(folder, &["account", "create", "acme", "--name", "Acme", "--grant", "0.3"]);
    let key =
        told(folder, &["key", "create", "--account", "acme", "--budget-day", "0.5", "--creates", "60/m"]);
    let (id, secret) = (text(&key["id"]), text(&key["secret"]));
    until(|| create(server.address, secret, Some("first")).unwrap().status == 200);
    assert_eq!(create(server.address, secret, None).unwrap().status, 402, "0.1 is left");
    told(folder, &["account", "grant", "acme", "5", "--note", "May", "--reference", "invoice-1"]);
    told(folder, &["account", "grant", "acme", "5", "--note", "May", "--reference", "invoice-1"]);
    let account = told(folder, &["account", "show", "acme"]);
    assert_eq!((&account["available_micros"], &account["held_micros"]), (&json!(5_100_000), &json!(200_000)));
    let made = create(server.address, secret, None).unwrap().json();
    let refused = create(server.address, secret, None).unwrap();
    assert!(refused.status == 402 && refused.text().contains("budget of 0.5"), "{}", refused.text());
    told(folder, &["key", "update", id, "--budget-day", "none"]);
    until(|| create(server.address, secret, Some("third")).unwrap().status == 200);
    let server_args = [format!("--server=http://{}", server.address), format!("--key={KEY}")];
    let task = |arguments: &[&str]| -> Value {
        let all = [&["task"], arguments, &[&*server_args[0], &*server_args[1]]].concat();
        told(folder, &all)
    };
    let found = task(&["search", "--account", "acme", "--status", "queued"]);
    assert_eq!(found["data"].as_array().unwrap().len(), 3);
    assert_eq!(task(&["cancel", text(&made["id"]), "--reason", "asked by mail"])["state"], "canceled");
    let output = run(folder, &["usage", "--by", "account,model", "--csv", "--data", "data"]);
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(page.ends_with("\nacme,openAiSora2Plus,0,0,1,0,0\n"), "{page}");
    let actions: Vec<Value> = told(folder, &["audit"]).as_array().unwrap().iter().rev().cloned().collect();
    let actions: Vec<&str> = actions.iter().map(|deed| text(&deed["action"])).collect();
    let grants = ["account.create", "account.grant", "key.create", "account.grant"];
    assert_eq!(actions, [&grants[..], &["key.update", "task.cancel"]].concat());
    let proof = told(folder, &["ledger", "check"]);
    assert_eq!((&proof["clean"], &proof["held_micros"]), (&json!(true), &json!(400_000)));
    let lines = told(folder, &["ledger", "list", "--task", text(&made["id"])]);
    let kinds: Vec<&str> = lines.as_array().unwrap().iter().map(|line| text(&line["kind"])).collect();
    assert_eq!(kinds, ["release", "hold"]);
}

#[test]
fn a_hand_at_the_database_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    told(folder, &["account", "create", "acme", "--grant", "7"]);
    assert!(run(folder, &["ledger", "check", "--data", "data"]).status.success());
    let file = std::fs::read_dir(folder.join("data")).unwrap().flatten().map(|entry| entry.path());
    let file = file.into_iter().find(|path| path.extension().is_some_and(|name| name == "db")).unwrap();
    let database = rusqlite::Connection::open(file).unwrap();
    database.execute("UPDATE account SET available = available + 1 WHERE id = 'acme'", []).unwrap();
    let refused = database.execute("DELETE FROM ledger_line", []).unwrap_err();
    assert!(refused.to_string().contains("never removed"), "{refused}");
    let output = run(folder, &["ledger", "check", "--data", "data"]);
    let page = said(folder, &output);
    assert!(page.starts_with("exit 1\n") && page.contains("WRONG") && page.contains("acme"), "{page}");
}

/// Two hundred creates with one idempotency key, while the server is killed and started again.
#[test]
fn one_idempotency_key_makes_one_task_also_when_the_server_is_killed_in_between() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let start = || Starting::new(folder, &[], &[("FILMGATE_BOOTSTRAP_KEY", KEY), ("FILMGATE_RENDERS", "0")]);
    let answers = Mutex::new(Vec::new());
    for kill_after in [Some(0), Some(3), Some(40), Some(150), None] {
        let server = start().ready(KEY).unwrap();
        let (address, before) = (server.address, answers.lock().unwrap().len());
        std::thread::scope(|scope| {
            for _ in 0..200 {
                scope.spawn(|| {
                    // No answer is an answer here: the server was killed.
                    if let Ok(answer) = create(address, KEY, Some("one")) {
                        answers.lock().unwrap().push((answer.status, answer.text()));
                    }
                });
            }
            if let Some(count) = kill_after {
                until(|| answers.lock().unwrap().len() >= before + count);
                server.signal(rustix::process::Signal::KILL);
            }
        });
        if kill_after.is_none() {
            let listed = server.get("/v1/tasks").json();
            assert_eq!(listed["data"].as_array().unwrap().len(), 1, "{listed}");
        }
    }
    let answers = answers.into_inner().unwrap();
    assert!(answers.len() >= 200, "the last life answers all: {}", answers.len());
    assert!(answers.iter().all(|answer| answer.0 == 200 && answer == &answers[0]), "{answers:?}");
    let proof = told(folder, &["ledger", "check"]);
    assert_eq!((&proof["tasks"], &proof["held_micros"]), (&json!(1), &json!(200_000)));
}
