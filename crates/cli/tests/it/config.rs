//! The configuration: the printed defaults are committed and compared, and what is wrong is refused with its place.

use std::path::Path;

use crate::process::{filmgate, run, said};

#[test]
fn the_printed_defaults_are_the_committed_ones() {
    let output = run(Path::new("."), &["config"]);
    let printed = String::from_utf8(output.stdout).unwrap();
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/config.toml");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&committed, &printed).unwrap();
    }
    let kept = std::fs::read_to_string(&committed).unwrap_or_default();
    assert_eq!(printed, kept, "docs/config.toml is old; UPDATE=1 writes it anew");
}

#[test]
fn the_printed_defaults_can_be_used_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let defaults = String::from_utf8(run(folder.path(), &["config"]).stdout).unwrap();
    let in_use: String = defaults
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(entry) if entry.starts_with(|letter: char| letter.is_ascii_lowercase()) => {
                format!("{entry}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    std::fs::write(folder.path().join("all.toml"), &in_use).unwrap();
    let plain = run(folder.path(), &["config", "--effective", "--json"]);
    let used = run(folder.path(), &["config", "--effective", "--json", "--config", "all.toml"]);
    assert!(used.status.success(), "{}", said(folder.path(), &used));
    let values = |output: &[u8]| -> Vec<(String, String)> {
        let entries: serde_json::Value = serde_json::from_slice(output).unwrap();
        let text = |entry: &serde_json::Value, key: &str| entry[key].as_str().unwrap().to_owned();
        entries.as_array().unwrap().iter().map(|entry| (text(entry, "key"), text(entry, "value"))).collect()
    };
    assert_eq!(values(&used.stdout), values(&plain.stdout));
    assert_eq!(
        in_use.lines().filter(|line| line.contains(" = ") && !line.starts_with('#')).count(),
        values(&plain.stdout).len()
    );
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f.toml"), "renders = 3\nrunning = 7\ndata = \"from-file\"\n").unwrap();
    let mut command = filmgate(folder.path());
    command.args(["config", "--effective", "--config", "f.toml", "--data", "from-flag"]);
    command.env("FILMGATE_RENDERS", "4").env("FILMGATE_DATA", "from-variable");
    command.env("FILMGATE_SIGNING_KEYS", "0123456789abcdef");
    let page = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let line = |key: &str| {
        page.lines()
            .find(|line| line.starts_with(key))
            .unwrap()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(line("renders"), "renders = 4 # FILMGATE_RENDERS");
    assert_eq!(line("running"), "running = 7 # f.toml:2");
    assert_eq!(line("data"), "data = \"from-flag\" # --data");
    assert_eq!(line("lease"), "lease = \"1m\" # default");
    assert_eq!(line("signing_keys"), "signing_keys = \"***\" # FILMGATE_SIGNING_KEYS");
    assert!(!page.contains("0123456789abcdef"));
}

#[test]
fn what_is_wrong_is_refused_with_its_place_and_what_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        "rendrs = 2\n",
        "\nrenders = -1\n",
        "link_life = \"soon\"\n",
        "body_bytes = \"64 horses\"\n",
        "media_allow = [\"127.0.0.0/8\", \"here\"]\n",
        "listen = \"8080\"\n",
        "log_format = \"xml\"\n",
        "http_loops = {a = 1}\n",
        "renders = \n",
        "quite_another_thing = 1\n",
        "catalogue = \"no-such-file.toml\"\n",
        "log = \"loud\"\n",
        "base_paths = [\"api\"]\n",
        "public_url = \"films.example.com\"\n",
        "signing_keys = [\"short\"]\n",
        "bootstrap_key = \"secret\"\n",
        "\n[[upstream]]\nname = \"gpu\"\nengine = \"sglnag\"\n",
        "[[upstream]]\nname = \"a b\"\nengine = \"sglang\"\n",
        "[[upstream]]\nname = \"gpu\"\nengine = \"ark\"\nsecret_env = \"NO_SUCH_KEY\"\n",
        "[[upstream]]\nname = \"gpu\"\nengine = \"sglang\"\nconcurency = 2\n",
        "[[upstream]]\nname = \"gpu\"\nengine = \"sglang\"\nbase_url = \"ftp://gpu\"\n",
        "\n\n[[route]]\nmodels = [\"videos\"]\nupstreams = [\"nobody\"]\n",
        "[[route]]\nmodels = [\"sora-9\"]\nupstreams = [\"animatic\"]\n",
        "[[upstream]]\nname = \"own\"\nengine = \"own.toml\"\n",
    ];
    std::fs::write(folder.path().join("own.toml"), "about = \"own\"\n\n[accept]\nid = \"id\"\nstatte = 1\n")
        .unwrap();
    let mut page = Vec::new();
    for file in files {
        std::fs::write(folder.path().join("filmgate.toml"), file).unwrap();
        let output = run(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--config", "filmgate.toml"]);
        page.push(format!("{}\n{}\n", file.trim(), said(folder.path(), &output)));
    }
    let mut command = filmgate(folder.path());
    let output = command.arg("serve").env("FILMGATE_LISTN", "127.0.0.1:0").output().unwrap();
    page.push(format!("FILMGATE_LISTN\n{}\n", said(folder.path(), &output)));
    let output = run(folder.path(), &["serve", "--config", "missing.toml"]);
    page.push(format!("missing file\n{}\n", said(folder.path(), &output)));
    insta::assert_snapshot!(page.concat());
}
