//! Where the client believes we are: what stands in front of every absolute link. The operator's word first, then what
//! a trusted proxy forwarded, then the request's own `Host`. Whatever comes from outside is bounded and checked, since
//! it ends up in links that others follow.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use filmgate_contract::problem::{Code, Problem};
use hyper::header::HOST;
use hyper::{HeaderMap, Uri};

use crate::settings::{Settings, is_prefix};

/// The two ends of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    /// Who called.
    pub(crate) peer: SocketAddr,
    /// Where they reached us.
    pub(crate) local: SocketAddr,
}

/// The base URL that links in the answer begin with; `base` is the base path the request came under.
pub(crate) fn base_url(
    settings: &Settings,
    ends: Ends,
    uri: &Uri,
    headers: &HeaderMap,
    base: &str,
) -> Result<String, Problem> {
    if let Some(url) = &settings.public_url {
        return Ok(format!("{}{base}", url.trim_end_matches('/')));
    }
    let trusted = settings.trusted_proxies.iter().any(|block| block.contains(ends.peer.ip()));
    let forwarded = |name| trusted.then(|| first(headers, name)).flatten();
    let scheme =
        forwarded("x-forwarded-proto").filter(|scheme| matches!(*scheme, "http" | "https")).unwrap_or("http");
    let prefix = forwarded("x-forwarded-prefix").map(|prefix| prefix.trim_end_matches('/'));
    let prefix = prefix.filter(|prefix| is_prefix(prefix)).unwrap_or("");
    let host = match forwarded("x-forwarded-host").filter(|host| is_host(host)) {
        Some(host) => Some(host),
        None => asked_host(uri, headers)?,
    };
    let host = host.map_or_else(|| Cow::Owned(ends.local.to_string()), Cow::Borrowed);
    Ok([scheme, "://", &host, prefix, base].concat())
}

/// The address of whoever asks: the connection's other end or, behind trusted proxies, the last address that
/// `X-Forwarded-For` names before them.
pub(crate) fn client(settings: &Settings, ends: Ends, headers: &HeaderMap) -> IpAddr {
    let trusted = |address: IpAddr| settings.trusted_proxies.iter().any(|block| block.contains(address));
    let mut client = ends.peer.ip();
    let forwarded = headers.get_all("x-forwarded-for").iter().rev().filter_map(|value| value.to_str().ok());
    for hop in forwarded.flat_map(|value| value.rsplit(',')) {
        let Some(before) = hop.trim().parse().ok().filter(|_| trusted(client)) else { break };
        client = before;
    }
    client
}

/// The host the request names; HTTP/1.0 need not name one.
fn asked_host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Result<Option<&'a str>, Problem> {
    let named = match (uri.authority(), headers.get(HOST)) {
        (Some(authority), _) => Some(authority.as_str()),
        (None, Some(host)) => Some(host.to_str().unwrap_or("?")),
        (None, None) => None,
    };
    if named.is_none_or(is_host) {
        return Ok(named);
    }
    Err(Problem::new(
        Code::InvalidParameter,
        "The `Host` header must be a host name or address with an optional port, at most 255 characters.",
    )
    .at("Host"))
}

/// Whether `text` is a host with an optional port: letters, digits, `.-_`, or an IPv6 address in brackets.
pub(crate) fn is_host(text: &str) -> bool {
    let (name, port) = match text.rfind(':') {
        Some(at) if !text.ends_with(']') => (&text[..at], Some(&text[at + 1..])),
        _ => (text, None),
    };
    let literal = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    let named = match literal {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
        }
    };
    text.len() <= 255 && named && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

/// The first member of a forwarded header: the one nearest to the client.
fn first<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let text = headers.get(name)?.to_str().ok()?;
    text.split(',').next().map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(settings: &Settings, sent: &[(&'static str, &str)]) -> Result<String, String> {
        let ends = Ends { peer: "10.1.2.3:40000".parse().unwrap(), local: "127.0.0.1:8080".parse().unwrap() };
        let headers =
            sent.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let uri = "/v1/result/x".parse().unwrap();
        base_url(settings, ends, &uri, &headers, "/b").map_err(|problem| problem.param.unwrap_or_default())
    }

    #[test]
    fn the_operators_word_comes_first_then_a_trusted_proxys_then_the_requests() {
        let plain = Settings::default();
        let trusting =
            Settings { trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()], ..Settings::default() };
        let fixed = Settings { public_url: Some("https://films.test/".to_owned()), ..trusting.clone() };
        let sent = [
            ("host", "inner:8080"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "outer.test, inner"),
            ("x-forwarded-prefix", "/api/"),
        ];
        assert_eq!(url(&plain, &sent).unwrap(), "http://inner:8080/b");
        assert_eq!(url(&trusting, &sent).unwrap(), "https://outer.test/api/b");
        assert_eq!(url(&fixed, &sent).unwrap(), "https://films.test/b");
        assert_eq!(url(&plain, &[]).unwrap(), "http://127.0.0.1:8080/b");
    }

    #[test]
    fn what_is_no_host_is_refused_and_never_forwarded() {
        let trusting =
            Settings { trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()], ..Settings::default() };
        let sent = [
            ("host", "a.test"),
            ("x-forwarded-host", "a b"),
            ("x-forwarded-prefix", "//x"),
            ("x-forwarded-proto", "ftp"),
        ];
        assert_eq!(url(&trusting, &sent).unwrap(), "http://a.test/b");
        for host in ["a b", "a/b", "u@a", "a:x", "a:70000", "[::1", "[x]:1", "", "a\"b", &"a".repeat(256)] {
            assert_eq!(url(&Settings::default(), &[("host", host)]), Err("Host".to_owned()), "{host}");
        }
        for host in ["a.test", "a_b-c:1", "[::1]:8080", "[2001:db8::1]", "192.0.2.1:80"] {
            assert_eq!(url(&Settings::default(), &[("host", host)]).unwrap(), format!("http://{host}/b"));
        }
    }
}
