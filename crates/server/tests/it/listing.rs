//! Lists.

use filmgate_domain::key::Scopes;
use serde_json::Value;

use crate::site::{PLAIN, Site};

fn ids(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pages_follow_each_other_newest_first() {
    let site = Site::new().await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(site.create().await);
        site.clock.advance(std::time::Duration::from_millis(1));
    }
    made.reverse();
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = site.ask_as_client(&format!("GET /v1/tasks?limit=2{after}"), "").await.json();
        seen.push(ids(&page));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        after = format!("&after={cursor}");
    }
    assert_eq!(seen, made.chunks(2).map(<[String]>::to_vec).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_list_can_be_narrowed_and_holds_only_ones_own() {
    let site = Site::new().await;
    site.account("other", 5_000_000).await;
    let other = site.key("other", Scopes::CLIENT).await;
    let (cancelled, waiting) = (site.create().await, site.create().await);
    site.ask_as_client(&format!("DELETE /v1/result/{cancelled}"), "").await;
    site.ask(&format!("POST /v1/sora/videos\nAuthorization: Bearer {other}"), PLAIN.as_bytes()).await;
    let list =
        async |query: &str| ids(&site.ask_as_client(&format!("GET /v1/tasks{query}"), "").await.json());
    assert_eq!(list("").await.len(), 2);
    assert_eq!(list("?status=queued").await, [waiting]);
    assert_eq!(list("?status=failed").await, [cancelled]);
    assert_eq!(list("?status=completed&limit=100").await, [""; 0]);
    assert_eq!(list("?model=openAiSora2Plus").await.len(), 2);
    assert_eq!(list("?model=videos").await, [""; 0]);
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let site = Site::new().await;
    for (query, param) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("status=running", "status"),
        ("after=a/b", "after"),
    ] {
        let heard = site.ask_as_client(&format!("GET /v1/tasks?{query}"), "").await;
        heard.is_problem(400, "invalid_parameter");
        assert_eq!(heard.json()["param"], param);
    }
}
