//! How often one may ask.

use std::time::Duration;

use filmgate_domain::key::Scopes;
use filmgate_domain::limit::Limits;
use filmgate_gateway::office::NewKey;

use crate::site::{Heard, PLAIN, SECRET, Site};

async fn limited(site: &Site, creates: &str, polls: &str) -> String {
    let limits = Limits { creates: creates.parse().ok(), polls: polls.parse().ok(), in_flight: None };
    site.key_with(NewKey { limits, ..NewKey::plain("main", "", Scopes::CLIENT) }).await.1
}

async fn create(site: &Site, secret: &str, body: &str) -> Heard {
    site.ask(&format!("POST /v1/sora/videos\nAuthorization: Bearer {secret}"), body.as_bytes()).await
}

#[tokio::test]
async fn creates_say_what_is_left_and_when_to_come_back() {
    let site = Site::new().await;
    let secret = limited(&site, "3/m", "none").await;
    let mut heard = Vec::new();
    for _ in 0..4 {
        heard.push(create(&site, &secret, PLAIN).await);
    }
    let headers = |heard: &Heard| {
        ["ratelimit-policy", "ratelimit", "retry-after"].map(|name| heard.header(name).map(str::to_owned))
    };
    let policy = Some("\"create\";q=3;w=60".to_owned());
    let left = |left: &str| Some(left.to_owned());
    assert_eq!(headers(&heard[0]), [policy.clone(), left("\"create\";r=2;t=20"), None]);
    assert_eq!(headers(&heard[2]), [policy.clone(), left("\"create\";r=0;t=60"), None]);
    heard[3].is_problem(429, "rate_limited");
    assert_eq!(headers(&heard[3]), [policy, left("\"create\";r=0;t=20"), Some("20".to_owned())]);
    site.clock.advance(Duration::from_secs(20));
    assert_eq!(create(&site, &secret, PLAIN).await.status, 200);
}

#[tokio::test]
async fn a_limit_comes_before_any_work() {
    let site = Site::new().await;
    let secret = limited(&site, "1/m", "none").await;
    create(&site, &secret, "no json at all").await.is_problem(400, "invalid_json");
    create(&site, &secret, "no json at all").await.is_problem(429, "rate_limited");
}

#[tokio::test]
async fn polls_have_a_limit_of_their_own_also_from_memory() {
    let site = Site::new().await;
    let secret = limited(&site, "none", "2/m").await;
    let id = site.create().await;
    let poll = async |path: &str| site.ask(&format!("GET {path}\nAuthorization: Bearer {secret}"), b"").await;
    assert_eq!(poll(&format!("/v1/result/{id}")).await.status, 200);
    assert_eq!(poll("/v1/tasks").await.status, 200);
    let heard = poll(&format!("/v1/result/{id}")).await;
    heard.is_problem(429, "rate_limited");
    assert_eq!(heard.header("ratelimit-policy"), Some("\"poll\";q=2;w=60"));
    assert_eq!(create(&site, &secret, PLAIN).await.status, 200, "creates are counted by themselves");
}

#[tokio::test]
async fn the_keys_of_an_account_share_its_limits() {
    let site = Site::new().await;
    let admin = site.key("main", Scopes::ALL).await;
    site.account("acme", 0).await;
    let change = format!("PATCH /v1/admin/accounts/acme\nAuthorization: Bearer {admin}");
    let changed = site.ask(&change, br#"{"limits":{"polls":"3/m"}}"#).await;
    assert_eq!(changed.json()["limits"]["polls"], "3/m");
    let keys = [site.key("acme", Scopes::CLIENT).await, site.key("acme", Scopes::CLIENT).await];
    let mut statuses = Vec::new();
    for secret in keys.iter().cycle().take(4) {
        statuses.push(site.ask(&format!("GET /v1/tasks\nAuthorization: Bearer {secret}"), b"").await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 429]);
}

#[tokio::test]
async fn addresses_that_come_without_a_key_wait_and_a_key_that_works_does_not() {
    let site = Site::with(|settings| {
        settings.failed_auths = "2/m".parse().unwrap();
        settings.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let come = async |from: &str, secret: &str| {
        let head = format!("GET /v1/tasks\nX-Forwarded-For: {from}\nAuthorization: Bearer {secret}");
        site.ask(&head, b"").await
    };
    assert_eq!(come("203.0.113.7", "fg_guess-1").await.status, 401);
    assert_eq!(come("198.51.100.1, 203.0.113.7", "fg_guess-2").await.status, 401);
    let heard = come("203.0.113.7", "fg_guess-3").await;
    heard.is_problem(429, "rate_limited");
    assert_eq!(heard.header("retry-after"), Some("30"));
    assert_eq!(come("203.0.113.8", "fg_guess-4").await.status, 401, "another address");
    assert_eq!(come("203.0.113.7", SECRET).await.status, 200);
}
