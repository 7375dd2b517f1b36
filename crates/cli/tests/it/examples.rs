//! The documentation's examples, run: every shell block of README.md and docs/api/ that calls the API or the program
//! does what a reader would see, against a real server.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, KEY, Server};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The shell blocks of a page, those left out that start a server or fetch and build the project.
fn blocks(page: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(page).expect("a page");
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let runs = |block: &&str| {
        let calls = block.contains("curl") || block.contains("filmgate ");
        calls && !block.contains("filmgate serve") && !block.contains("git clone")
    };
    blocks.filter(runs).map(str::to_owned).collect()
}

fn pages() -> Vec<PathBuf> {
    let listed = std::fs::read_dir(root().join("docs/api")).expect("docs/api");
    let mut pages: Vec<_> = listed.map(|entry| entry.expect("an entry").path()).collect();
    pages.sort();
    // The page that deletes the task it shows comes last.
    pages.sort_by_key(|page| page.ends_with("tasks.md"));
    pages.insert(0, root().join("README.md"));
    pages
}

#[test]
fn every_example_of_the_documentation_works() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    let id = server.create();
    let link = server.ended(&id)["video_url"].as_str().expect("a link").to_owned();
    let key =
        process::run(folder.path(), &["key", "create", "--name", "example", "--json", "--data", "data"]);
    let key: serde_json::Value = serde_json::from_slice(&key.stdout).expect("JSON");
    let base = format!("http://{}", server.address);
    let program = Path::new(env!("CARGO_BIN_EXE_filmgate")).parent().expect("a folder").to_owned();
    let path = format!("{}:{}", program.display(), std::env::var_os("PATH").unwrap_or_default().display());

    let mut count = 0;
    for page in pages() {
        for block in blocks(&page) {
            let block = block
                .replace("http://127.0.0.1:8080", &base)
                .replace("sora_01k9…", &id)
                .replace("key_01k9…", key["id"].as_str().expect("an id"))
                .replace("target/release/filmgate", "filmgate");
            let script = format!("curl() {{ command curl -sS --fail-with-body \"$@\"; }}\n{block}");
            let mut bash = Command::new("bash");
            bash.args(["-euo", "pipefail", "-c", &script]).current_dir(folder.path());
            bash.envs([("PATH", &*path), ("KEY", KEY), ("BASE", &base), ("ID", &id), ("VIDEO_URL", &link)]);
            let output = bash.env("FILMGATE_DATA", "data").output().expect("bash is installed");
            let said = format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
            assert!(output.status.success(), "{}:\n{block}\n{said}", page.display());
            count += 1;
        }
    }
    assert!(count >= 15, "only {count} examples were found");
}
