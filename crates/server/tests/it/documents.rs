//! The documentation that the binary serves.

use crate::site::Site;

#[tokio::test]
async fn the_index_for_machines_leads_to_pages_that_exist() {
    let site = Site::new().await;
    for base in ["", "/kyyReactApiServer"] {
        let index = site.ask(&format!("GET {base}/llms.txt"), b"").await;
        assert!(index.text().starts_with("# Filmgate\n\n> "));
        let links: Vec<&str> =
            index.text().split("](").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
        assert!(links.len() > 10);
        for link in links {
            let path = link.strip_prefix("http://films.test").unwrap();
            assert!(path.starts_with(base));
            assert_eq!(site.ask(&format!("GET {path}"), b"").await.status, 200, "{path}");
        }
    }
}

#[tokio::test]
async fn pages_come_as_written_and_rendered_without_anything_from_elsewhere() {
    let site = Site::new().await;
    let written = site.ask("GET /docs/result.md", b"").await;
    assert_eq!(written.header("content-type"), Some("text/markdown; charset=utf-8"));
    assert!(written.text().starts_with("# Read a result"));
    let full = site.ask("GET /llms-full.txt", b"").await;
    assert!(full.text().contains(written.text().trim()));
    let rendered = site.ask("GET /docs/result", b"").await;
    assert_eq!(rendered.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(rendered.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert!(
        rendered.text().contains("<h1>Read a result</h1>") && rendered.text().contains("<a href=\"polling\"")
    );
    assert!(!rendered.text().contains("src=") && !rendered.text().contains(".md\""));
    assert_eq!(site.ask("GET /docs", b"").await.status, 200);
    let head = site.ask("HEAD /docs/result", b"").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[tokio::test]
async fn the_openapi_document_knows_every_route_of_the_api() {
    let site = Site::new().await;
    let document = site.ask("GET /openapi.json", b"").await.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for path in ["/v1/sora/videos", "/v1/videos/videos", "/v1/result/{id}"] {
        assert!(document["paths"][path].is_object(), "{path}");
    }
}
