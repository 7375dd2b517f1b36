//! What an operator's machines ask.

use crate::site::Site;

#[tokio::test]
async fn it_lives_and_is_ready() {
    let site = Site::new().await;
    assert_eq!(site.ask("GET /healthz", b"").await.text(), r#"{"status":"ok"}"#);
    assert_eq!(site.ask("GET /readyz", b"").await.text(), r#"{"status":"ready"}"#);
}

#[tokio::test]
async fn requests_and_tasks_are_counted() {
    let site = Site::new().await;
    let id = site.create().await;
    site.ask_as_client(&format!("GET /v1/result/{id}"), "").await;
    site.ask("BREW /nowhere", b"").await;
    let heard = site.ask("GET /metrics", b"").await;
    assert_eq!(heard.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    for line in [
        r#"filmgate_http_requests_total{route="/v1/sora/videos",method="POST",status="200"} "#,
        r#"filmgate_http_requests_total{route="/v1/result/{id}",method="GET",status="200"} "#,
        r#"filmgate_http_requests_total{route="unknown",method="other",status="404"} "#,
        r#"filmgate_http_request_seconds_bucket{route="/v1/result/{id}",le="0.001"} "#,
        r#"filmgate_tasks{state="queued",step="submit"} "#,
    ] {
        assert!(heard.text().contains(line), "{line}\n{}", heard.text());
    }
    assert!(!heard.text().contains(&id));
}
