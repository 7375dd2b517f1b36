//! Keys are made and revoked beside a running server, which hears of it within a second or so.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::http;
use crate::process::{Server, run, said};

/// Asks again until the server answers `status` to the key: the condition itself is what is waited for.
fn wait_for(server: &Server, secret: &str, status: u16) -> Duration {
    let begun = Instant::now();
    loop {
        let bearer = [format!("Authorization: Bearer {secret}")];
        let answer = http::ask(server.address, "GET", "/v1/result/none", &bearer, "").unwrap();
        if answer.status == status {
            return begun.elapsed();
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "still {} instead of {status}", answer.status);
    }
}

#[test]
fn a_key_made_beside_a_server_works_until_it_is_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[("FILMGATE_FAILED_AUTHS", "none")]);
    let json = |arguments: &[&str]| -> Value {
        let output = run(folder.path(), &[arguments, &["--data", "data", "--json"]].concat());
        assert!(output.status.success(), "{}", said(folder.path(), &output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let made = json(&["key", "create", "--name", "ci", "--scopes", "read", "--expires", "30d"]);
    let secret = made["secret"].as_str().unwrap();
    let heard = wait_for(&server, secret, 404);
    assert!(heard < Duration::from_secs(3), "{heard:?}");
    let refused = http::ask(
        server.address,
        "POST",
        "/v1/sora/videos",
        &[format!("Authorization: Bearer {secret}"), "Content-Type: application/json".to_owned()],
        r#"{"model":"openAiSora2Plus","prompt":"x"}"#,
    );
    assert_eq!(refused.unwrap().status, 403);

    let listed = json(&["key", "list"]);
    let entry = listed.as_array().unwrap().iter().find(|key| key["id"] == made["id"]).unwrap().clone();
    assert_eq!(
        (&entry["name"], &entry["scopes"], &entry["works"]),
        (&"ci".into(), &serde_json::json!(["read"]), &true.into())
    );
    assert_eq!(entry["expires"].as_i64().unwrap() - entry["created"].as_i64().unwrap(), 30 * 24 * 3600);
    assert!(!listed.to_string().contains(secret));

    let id = made["id"].as_str().unwrap();
    let rotated = json(&["key", "rotate", id, "--overlap", "1h"]);
    wait_for(&server, rotated["secret"].as_str().unwrap(), 404);
    wait_for(&server, secret, 404);

    json(&["key", "revoke", id]);
    for secret in [secret, rotated["secret"].as_str().unwrap()] {
        let heard = wait_for(&server, secret, 401);
        assert!(heard < Duration::from_secs(3), "{heard:?}");
    }
}

#[test]
fn what_is_wrong_with_a_key_command_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut page = Vec::new();
    for arguments in [
        &["key", "revoke", "key_none", "--data", "data"][..],
        &["key", "create", "--scopes", "fly", "--data", "data"],
        &["key", "create", "--scopes", "", "--data", "data"],
        &["key", "create", "--expires", "soon", "--data", "data"],
        &["key", "create", "--account", "a b", "--data", "data"],
        &["key", "create", "--account", "nobody", "--data", "data"],
        &["key", "create", "--models", "sora9", "--data", "data"],
        &["key", "create", "--creates", "often", "--data", "data"],
        &["key", "create", "--budget-day", "-1", "--data", "data"],
        &["key", "rotate", "key_none", "--data", "data"],
        &["account", "show", "nobody", "--data", "data"],
        &["account", "create", "a b", "--data", "data"],
        &["account", "grant", "main", "much", "--data", "data"],
        &["account", "adjust", "main", "-5", "--reason", "typing error", "--data", "data"],
        &["usage", "--from", "tomorrow", "--data", "data"],
        &["usage", "--by", "weather", "--data", "data"],
    ] {
        page.push(format!(
            "{}\n{}\n",
            arguments.join(" "),
            said(folder.path(), &run(folder.path(), arguments))
        ));
    }
    insta::assert_snapshot!(page.concat());
}
