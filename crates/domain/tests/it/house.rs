//! The house against its plan: the crates and their edges as Cargo sees them must be those of the table in
//! ARCHITECTURE.md, and every licence that is compiled in must be one that the project accepts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn metadata() -> Value {
    let cargo = option_env!("CARGO").unwrap_or("cargo");
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo prints JSON")
}

fn ours(name: &str) -> Option<String> {
    name.strip_prefix("filmgate-").map(str::to_owned)
}

/// Crate → the crates of ours that it uses, tests aside.
fn edges(metadata: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .filter_map(|package| {
            let uses = package["dependencies"].as_array()?.iter();
            let uses =
                uses.filter(|used| used["kind"].is_null()).filter_map(|used| ours(used["name"].as_str()?));
            Some((ours(package["name"].as_str()?)?, uses.collect()))
        })
        .collect()
}

/// The table under "The rooms": `| [crate](…) | IN CAPITALS … | may use | … |`.
fn plan() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there");
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let uses = cells[3].split(',').map(|name| name.trim().trim_matches('`'));
        let uses = uses.filter(|name| !name.is_empty() && *name != "–").map(str::to_owned);
        (cells[1].trim_matches('`').to_owned(), uses.collect())
    })
    .collect()
}

#[test]
fn the_crates_use_only_what_the_plan_allows() {
    assert_eq!(edges(&metadata()), plan(), "left: what Cargo sees; right: the table in ARCHITECTURE.md");
}

#[test]
fn a_folder_is_named_like_its_crate() {
    for package in metadata()["packages"].as_array().unwrap() {
        let Some(name) = ours(package["name"].as_str().unwrap()) else { continue };
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        assert_eq!(manifest.parent().unwrap().file_name().unwrap().to_str(), Some(name.as_str()));
    }
}

/// One of the alternatives of every dependency's licence must consist of these.
const ACCEPTED: [&str; 11] = [
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "Unlicense",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
];

#[test]
fn every_licence_is_accepted() {
    let metadata = metadata();
    let refused: Vec<_> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|package| {
            let licence =
                package["license"].as_str().unwrap_or("none").replace(['(', ')'], "").replace('/', " OR ");
            !licence
                .split(" OR ")
                .any(|choice| choice.trim().split(" AND ").all(|one| ACCEPTED.contains(&one.trim())))
        })
        .map(|package| format!("{}: {}", package["name"], package["license"]))
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
}
