//! Who may ask.

use filmgate_domain::key::{Scope, Scopes};

use crate::site::{PLAIN, SECRET, Site};

#[tokio::test]
async fn every_route_that_needs_a_key_says_401_without_one_that_works() {
    let site = Site::new().await;
    let routes = [
        "POST /v1/sora/videos",
        "POST /v1/videos/videos",
        "GET /v1/result/x",
        "DELETE /v1/result/x",
        "GET /v1/tasks",
    ];
    let keys = [
        "",
        "\nAuthorization: Bearer fg_some-other-secret",
        "\nAuthorization: Basic x",
        "\nAuthorization: Bearer",
    ];
    for route in routes {
        for key in keys {
            let heard = site.ask(&format!("{route}{key}"), b"{").await;
            heard.is_problem(401, "unauthorized");
            assert!(heard.header("www-authenticate").unwrap().starts_with("Bearer"));
        }
    }
}

#[tokio::test]
async fn a_key_may_do_what_its_scopes_say() {
    let site = Site::new().await;
    site.key("fg_reads-only", "main", Scopes::of([Scope::Read])).await;
    site.key("fg_creates-only", "main", Scopes::of([Scope::Create])).await;
    let id = site.create().await;
    let ask = async |route: String, secret: &str| {
        let body = if route.starts_with("POST") { PLAIN } else { "" };
        site.ask(&format!("{route}\nAuthorization: Bearer {secret}"), body.as_bytes()).await
    };
    assert_eq!(ask(format!("GET /v1/result/{id}"), "fg_reads-only").await.status, 200);
    ask("POST /v1/sora/videos".to_owned(), "fg_reads-only").await.is_problem(403, "forbidden");
    ask(format!("DELETE /v1/result/{id}"), "fg_reads-only").await.is_problem(403, "forbidden");
    assert_eq!(ask("POST /v1/sora/videos".to_owned(), "fg_creates-only").await.status, 200);
    ask(format!("GET /v1/result/{id}"), "fg_creates-only").await.is_problem(403, "forbidden");
    ask("GET /v1/tasks".to_owned(), "fg_creates-only").await.is_problem(403, "forbidden");
}

#[tokio::test]
async fn somebody_elses_task_answers_like_one_that_does_not_exist() {
    let site = Site::new().await;
    site.key("fg_of-another-account", "other", Scopes::CLIENT).await;
    site.key("fg_of-an-administrator", "ops", Scopes::ALL).await;
    let id = site.create().await;
    let read = async |id: &str, secret: &str| {
        site.ask(&format!("GET /v1/result/{id}\nAuthorization: Bearer {secret}\nX-Request-Id: same"), b"")
            .await
    };
    let theirs = read(&id, "fg_of-another-account").await;
    theirs.is_problem(404, "not_found");
    let mut none = read("sora_00000000000000000000000000", "fg_of-another-account").await;
    none.headers.clone_from(&theirs.headers);
    assert_eq!(none, theirs);
    assert_eq!(read(&id, "fg_of-an-administrator").await.status, 200);
}

#[tokio::test]
async fn the_scheme_is_read_in_any_case_and_a_revoked_key_is_none() {
    let site = Site::new().await;
    let id = site.create().await;
    let line = format!("GET /v1/result/{id}\nauthorization:   bEARER   {SECRET}  ");
    assert_eq!(site.ask(&line, b"").await.status, 200);
    let key = site.gateway.authenticate(SECRET).unwrap().key;
    assert!(site.gateway.store().key_revoke(&key, crate::site::START).await.unwrap());
    site.ask(&line, b"").await.is_problem(401, "unauthorized");
}
