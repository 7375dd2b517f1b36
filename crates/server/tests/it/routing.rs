//! Where requests lead, and what those hear that lead nowhere.

use crate::site::{PLAIN, SECRET, Site};

#[tokio::test]
async fn everything_is_served_under_every_base_path() {
    let site = Site::new().await;
    let heard = site.ask_as_client("POST /kyyReactApiServer/v1/sora/videos", PLAIN).await;
    assert_eq!(heard.status, 200, "{heard:?}");
    let id = heard.json()["id"].as_str().unwrap().to_owned();
    for base in ["", "/kyyReactApiServer"] {
        assert_eq!(site.ask_as_client(&format!("GET {base}/v1/result/{id}"), "").await.json()["id"], id);
        for path in
            ["/openapi.json", "/llms.txt", "/llms-full.txt", "/docs", "/docs/result", "/docs/result.md"]
        {
            assert_eq!(site.ask(&format!("GET {base}{path}"), b"").await.status, 200, "{base}{path}");
        }
    }
    site.finish(b"film").await;
    let heard = site.ask_as_client(&format!("GET /kyyReactApiServer/v1/result/{id}"), "").await.json();
    let link = heard["video_url"].as_str().unwrap().strip_prefix("http://films.test").unwrap().to_owned();
    assert!(link.starts_with("/kyyReactApiServer/files/"), "{link}");
    assert_eq!(site.ask(&format!("GET {link}"), b"").await.body, b"film");
}

#[tokio::test]
async fn an_unknown_route_is_a_404_in_json() {
    let site = Site::new().await;
    for path in [
        "/",
        "/v1",
        "/v1/result/",
        "/v1/result/a/b",
        "/kyyReactApiServer",
        "/kyyReactApiServer/metrics",
        "/v1/sora/videos/",
        "/docs/nothing",
        "/../etc/passwd",
        "/%2e%2e/x",
    ] {
        site.ask(&format!("GET {path}"), b"").await.is_problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_wrong_method_is_a_405_that_names_the_right_ones() {
    let site = Site::new().await;
    for (asked, allowed) in [
        ("GET /v1/sora/videos", "POST"),
        ("PUT /v1/videos/videos", "POST"),
        ("POST /v1/result/x", "GET, HEAD, DELETE"),
        ("DELETE /v1/tasks", "GET, HEAD"),
        ("POST /files/x", "GET, HEAD"),
        ("OPTIONS /healthz", "GET, HEAD"),
        ("BREW /docs", "GET, HEAD"),
    ] {
        let heard = site.ask(asked, b"").await;
        heard.is_problem(405, "method_not_allowed");
        assert_eq!(heard.header("allow"), Some(allowed), "{asked}");
    }
}

#[tokio::test]
async fn who_does_not_take_json_hears_406() {
    let site = Site::new().await;
    let id = site.create().await;
    for route in
        [format!("GET /v1/result/{id}"), "POST /v1/sora/videos".to_owned(), "GET /v1/tasks".to_owned()]
    {
        site.ask_as_client(&format!("{route}\nAccept: text/html"), PLAIN)
            .await
            .is_problem(406, "not_acceptable");
        let heard = site.ask_as_client(&format!("{route}\nAccept: text/html, */*;q=0.1"), PLAIN).await;
        assert_eq!(heard.status, 200, "{route}");
    }
}

#[tokio::test]
async fn every_answer_carries_a_request_id_and_a_sane_one_is_kept() {
    let site = Site::new().await;
    let id = async |line: &str| {
        let heard = site.ask(&format!("GET /healthz{line}"), b"").await;
        heard.header("x-request-id").unwrap().to_owned()
    };
    let (one, other) = (id("").await, id("").await);
    assert!(one.starts_with("req-") && one != other);
    assert_eq!(id("\nX-Request-Id: my-own.id/7").await, "my-own.id/7");
    assert!(id("\nX-Request-Id: no spaces").await.starts_with("req-"));
    assert!(id(&format!("\nX-Request-Id: {}", "a".repeat(200))).await.starts_with("req-"));
}

#[tokio::test]
async fn links_begin_where_the_client_reached_us() {
    let site = Site::with(|settings| settings.trusted_proxies = vec!["192.0.2.0/24".parse().unwrap()]).await;
    let trusting =
        Site::with(|settings| settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]).await;
    let fixed = Site::with(|settings| settings.public_url = Some("https://cdn.test/films".to_owned())).await;
    let forwarded =
        "Host: inner:81\nX-Forwarded-Proto: https\nX-Forwarded-Host: outer.test\nX-Forwarded-Prefix: /api";
    for (site, begin) in [
        (&site, "http://inner:81/files/"),
        (&trusting, "https://outer.test/api/files/"),
        (&fixed, "https://cdn.test/films/files/"),
    ] {
        let id = site.create().await;
        site.finish(b"film").await;
        let heard = site.ask_as_client(&format!("GET /v1/result/{id}\n{forwarded}"), "").await.json();
        assert!(heard["video_url"].as_str().unwrap().starts_with(begin), "{heard}");
    }
    let id = site.create().await;
    let heard = site.ask_as_client(&format!("GET /v1/result/{id}\nHost: a\"b"), "").await;
    heard.is_problem(400, "invalid_parameter");
    assert_eq!(heard.json()["param"], "Host");
}

#[tokio::test]
async fn http_1_0_needs_no_host() {
    let site = Site::new().await;
    let id = site.create().await;
    site.finish(b"film").await;
    let text = format!("GET /v1/result/{id} HTTP/1.0\r\nAuthorization: Bearer {SECRET}\r\n\r\n");
    let heard = site.raw(text.as_bytes()).await;
    assert_eq!(heard.status, 200, "{heard:?}");
    assert!(
        heard.json()["video_url"].as_str().unwrap().starts_with(&format!("http://{}/files/", site.address))
    );
}
