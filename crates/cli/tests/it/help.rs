//! The help texts are part of the product: a change of one shows in review.

use std::path::Path;

use crate::process::run;

const COMMANDS: [&[&str]; 38] = [
    &[],
    &["serve"],
    &["generate"],
    &["task"],
    &["task", "list"],
    &["task", "show"],
    &["task", "watch"],
    &["task", "cancel"],
    &["task", "search"],
    &["task", "requeue"],
    &["task", "settle"],
    &["account"],
    &["account", "create"],
    &["account", "list"],
    &["account", "show"],
    &["account", "update"],
    &["account", "grant"],
    &["account", "adjust"],
    &["key"],
    &["key", "create"],
    &["key", "list"],
    &["key", "show"],
    &["key", "update"],
    &["key", "rotate"],
    &["key", "revoke"],
    &["usage"],
    &["ledger"],
    &["audit"],
    &["model"],
    &["plan"],
    &["engine"],
    &["engine", "list"],
    &["engine", "show"],
    &["engine", "check"],
    &["simulate"],
    &["config"],
    &["doctor"],
    &["version"],
];

#[test]
fn every_command_explains_itself() {
    let mut page = Vec::new();
    for command in COMMANDS {
        let output = run(Path::new("."), &[command, &["--help"]].concat());
        assert!(output.status.success(), "{command:?}");
        page.push(format!("$ filmgate {} --help\n\n", command.join(" ")));
        page.push(String::from_utf8_lossy(&output.stdout).into_owned());
        page.push("\n".to_owned());
    }
    insta::assert_snapshot!(page.concat());
}

#[test]
fn what_is_not_understood_ends_with_2_and_a_hint() {
    let output = run(Path::new("."), &["serv"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("'serve'"));
}

#[test]
fn a_plan_says_what_was_understood_and_what_was_not() {
    let prompt = "Two white kittens dancing in the rain at night, camera pushes in, no dogs, zorblax";
    let output = run(Path::new("."), &["plan", prompt]);
    assert!(output.status.success());
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout));
    let output = run(Path::new("."), &["plan", "", "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&told["understood"], &told["shots"][0]["cast"]),
        (&serde_json::json!([]), &serde_json::json!([]))
    );
}

#[test]
fn the_version_names_the_encoder() {
    let output = run(Path::new("."), &["version", "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["version"], env!("CARGO_PKG_VERSION"));
    assert!(told["encoder"].as_str().unwrap().starts_with("openh264"));
}
