//! What an operator may set about the socket side, with the defaults the product ships with.

use std::time::Duration;

use filmgate_domain::address::Block;
use filmgate_domain::limit::Rate;

/// How the world reaches it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Under which paths everything is served: each is empty or begins with `/` and does not end with one.
    pub base_paths: Vec<String>,
    /// What links begin with, e.g. `https://films.example.org`; without it each request's own `Host` decides.
    pub public_url: Option<String>,
    /// From whom `X-Forwarded-Proto`, `-Host` and `-Prefix` are believed.
    pub trusted_proxies: Vec<Block>,
    /// How often an address may come without a key that works.
    pub failed_auths: Rate,
    /// The largest request body that is read, in bytes.
    pub body_bytes: usize,
    /// How many loops serve, each a thread with its own listener; 0 means one for each core this process may use.
    pub loops: usize,
    /// How long the head of the first request of a connection may take to arrive.
    pub header_span: Duration,
    /// How long a connection may be quiet between requests, or a client may refuse to take what it asked for.
    pub idle_span: Duration,
    /// How long a request's body may take to arrive.
    pub body_span: Duration,
    /// How long requests in flight may take to end once the server has been told to stop.
    pub grace: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_paths: vec![String::new(), "/kyyReactApiServer".to_owned()],
            public_url: None,
            trusted_proxies: Vec::new(),
            failed_auths: "60/m".parse().unwrap_or(Rate::NONE),
            body_bytes: 64 << 20,
            loops: 0,
            header_span: Duration::from_secs(15),
            idle_span: Duration::from_secs(75),
            body_span: Duration::from_mins(2),
            grace: Duration::from_secs(8),
        }
    }
}

/// Settings that cannot be served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// No base path at all.
    #[error("base_paths is empty; give at least one, \"\" for the root")]
    NoBasePath,
    /// A base path that is none.
    #[error(
        "base_paths: `{0}` must be empty, or begin with `/`, not end with it, and hold only letters, digits and `/._~-`"
    )]
    BasePath(String),
    /// A public URL that is none.
    #[error("public_url: `{0}` must begin with http:// or https://, name a host, and have no query")]
    PublicUrl(String),
}

impl Settings {
    /// Refuses what cannot be served.
    pub(crate) fn check(&self) -> Result<(), InvalidSettings> {
        if self.base_paths.is_empty() {
            return Err(InvalidSettings::NoBasePath);
        }
        if let Some(path) = self.base_paths.iter().find(|path| !path.is_empty() && !is_prefix(path)) {
            return Err(InvalidSettings::BasePath(path.clone()));
        }
        match &self.public_url {
            Some(url) if !is_origin(url) => Err(InvalidSettings::PublicUrl(url.clone())),
            _ => Ok(()),
        }
    }
}

/// Whether `path` can stand in front of our paths: `/`, then letters, digits and `/._~-`, no `/` at the end.
pub(crate) fn is_prefix(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._~-".contains(&byte);
    path.len() <= 256
        && path.starts_with('/')
        && !path.ends_with('/')
        && !path.contains("//")
        && path.bytes().all(plain)
}

fn is_origin(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some(rest) = rest.map(|rest| rest.strip_suffix('/').unwrap_or(rest)) else { return false };
    let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    crate::origin::is_host(host) && (path.is_empty() || is_prefix(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_served_is_refused_by_name() {
        let with_base =
            |path: &str| Settings { base_paths: vec![path.to_owned()], ..Settings::default() }.check();
        assert!(Settings::default().check().is_ok() && with_base("/a/b.c").is_ok());
        for path in ["a", "/", "/a/", "/a?b", "/a//b", "/ä"] {
            assert_eq!(with_base(path), Err(InvalidSettings::BasePath(path.to_owned())));
        }
        let with_url =
            |url: &str| Settings { public_url: Some(url.to_owned()), ..Settings::default() }.check();
        assert!(with_url("https://films.example.org").is_ok() && with_url("http://[::1]:8080/api/").is_ok());
        for url in ["films.example.org", "ftp://x", "https://", "https://a b", "https://x?y", "https://u@x"] {
            assert_eq!(with_url(url), Err(InvalidSettings::PublicUrl(url.to_owned())));
        }
    }
}
