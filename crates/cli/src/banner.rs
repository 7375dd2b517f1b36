//! What a start prints on stdout: where it listens, and lines that can be pasted as they are. A secret appears here
//! when it has just been made, or when `--quickstart` was asked to show it; never in a log.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// The key that the lines use.
pub(crate) enum ShownKey {
    /// The first key, made just now: it is shown this once.
    JustMade(String),
    /// The key of `--quickstart`: it is shown at every start.
    Quickstart(String),
    /// The operator knows it.
    Known,
}

/// The page.
pub(crate) fn page(address: SocketAddr, key: &ShownKey) -> String {
    let base = format!("http://{}", reachable(address));
    let mut page = format!("\nFilmgate listens on {base}\nDocumentation: {base}/docs\n\n");
    let shown = match key {
        ShownKey::JustMade(secret) => {
            let _ = write!(page, "The first key, shown this once. Keep it:\n\n  {secret}\n\n");
            secret
        }
        ShownKey::Quickstart(secret) => secret,
        ShownKey::Known => "$FILMGATE_KEY",
    };
    // Double quotes around the header let a shell put in a variable.
    let _ = write!(
        page,
        "Make a film, follow it, fetch it from its video_url:\n\n\
         curl -s {base}/v1/sora/videos -H \"Authorization: Bearer {shown}\" -H 'Content-Type: application/json' \\\n  \
           -d '{{\"model\":\"openAiSora2Plus\",\"prompt\":\"A cat dancing in the rain, cinematic style\",\
           \"aspect_ratio\":\"16:9\",\"seconds\":8}}'\n\n\
         curl -s -H \"Authorization: Bearer {shown}\" '{base}/v1/result/ID?wait=60'\n\n\
         Or all in one:\n\n\
         filmgate generate \"A cat dancing in the rain, cinematic style\" --seconds 8 --ratio 16:9 \\\n  \
           --server {base} --key {shown} -o cat.mp4\n\n",
    );
    page
}

/// Where a program on this machine reaches it: nobody can call 0.0.0.0.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => (Ipv4Addr::LOCALHOST, v4.port()).into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => (Ipv6Addr::LOCALHOST, v6.port()).into(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_can_be_pasted() {
        let page = page("0.0.0.0:8080".parse().unwrap(), &ShownKey::JustMade("fg_secret".to_owned()));
        assert!(
            page.contains(
                "curl -s http://127.0.0.1:8080/v1/sora/videos -H \"Authorization: Bearer fg_secret\""
            )
        );
        assert!(page.contains("\n  -d '{\"model\":\"openAiSora2Plus\","));
        assert!(page.contains("shown this once"));
        let known = super::page("[::1]:80".parse().unwrap(), &ShownKey::Known);
        assert!(known.contains("http://[::1]:80/docs") && known.contains("Bearer $FILMGATE_KEY\""));
    }
}
