//! Who may ask.

use std::time::Duration;

use filmgate_contract::catalogue::Catalogue;
use filmgate_contract::openapi;
use filmgate_domain::key::{Scope, Scopes};
use filmgate_gateway::office::NewKey;
use serde_json::Value;

use crate::site::{PLAIN, SECRET, Site};

/// Every operation of the document that needs a key: method, path and scope.
fn operations() -> Vec<(String, String, Scope)> {
    let document: Value = serde_json::from_str(&openapi::document(&Catalogue::builtin(), "")).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, operations)| {
        let operations = operations.as_object().unwrap();
        operations.iter().filter_map(|(method, operation)| {
            let scope = operation["security"][0]["key"][0].as_str()?;
            let scope = Scope::ALL.into_iter().find(|known| known.as_str() == scope).unwrap();
            Some((method.to_uppercase(), path.clone(), scope))
        })
    });
    all.collect()
}

/// Asks for an operation about `id` with `secret`, in a body that every operation gets as far as it needs.
async fn ask(site: &Site, method: &str, path: &str, id: &str, secret: &str) -> crate::site::Heard {
    let path = path.replace("{id}", id);
    let key = if secret.is_empty() { String::new() } else { format!("\nAuthorization: Bearer {secret}") };
    let body = if method == "GET" { "" } else { PLAIN };
    site.ask(&format!("{method} {path}\nX-Request-Id: same{key}"), body.as_bytes()).await
}

#[tokio::test]
async fn every_operation_with_a_key_says_401_without_one_that_works() {
    let site = Site::new().await;
    let operations = operations();
    assert!(operations.len() > 25, "{}", operations.len());
    let (id, revoked) = site.key_with(NewKey::plain("main", "", Scopes::ALL)).await;
    site.office().key_revoke(&id).await.unwrap();
    let expires = Some(site.gateway.now());
    let (_, expired) = site.key_with(NewKey { expires, ..NewKey::plain("main", "", Scopes::ALL) }).await;
    for (number, (method, path, _)) in operations.iter().enumerate() {
        for secret in ["", "fg_some-other-secret", "x", &revoked, &expired] {
            let heard = ask(&site, method, path, "x", secret).await;
            heard.is_problem(401, "unauthorized");
            assert!(heard.header("www-authenticate").unwrap().starts_with("Bearer"));
        }
        // The address is not to run out of attempts meanwhile.
        site.clock.advance(Duration::from_secs(60 * u64::from(number % 8 == 7)));
    }
}

#[tokio::test]
async fn every_operation_says_403_to_a_key_without_its_scope_and_no_such_thing_to_one_that_has_it() {
    let site = Site::new().await;
    for (method, path, scope) in operations() {
        let others = Scope::ALL.into_iter().filter(|other| *other != scope && *other != Scope::Admin);
        let without = site.key("main", Scopes::of(others)).await;
        let heard = ask(&site, &method, &path, "none", &without).await;
        heard.is_problem(403, "forbidden");
        assert!(heard.text().contains(&format!("`{}`", scope.as_str())), "{method} {path}: {}", heard.text());
        let with = site.key("main", Scopes::of([scope])).await;
        let heard = ask(&site, &method, &path, "none", &with).await;
        assert!(matches!(heard.status, 200 | 400 | 404), "{method} {path} {heard:?}");
    }
}

#[tokio::test]
async fn somebody_elses_task_answers_like_one_that_does_not_exist() {
    let site = Site::new().await;
    site.account("other", 0).await;
    let theirs = site.key("other", Scopes::CLIENT).await;
    let admin = site.key("main", Scopes::ALL).await;
    let operations = operations();
    let about_tasks =
        operations.iter().filter(|(_, path, scope)| path.contains("{id}") && *scope != Scope::Admin);
    let mut seen = 0;
    for (method, path, _) in about_tasks {
        let id = site.create().await;
        let foreign = ask(&site, method, path, &id, &theirs).await;
        foreign.is_problem(404, "not_found");
        let none = ask(&site, method, path, "sora_00000000000000000000000000", &theirs).await;
        let but_the_id =
            |heard: &crate::site::Heard| (heard.status, heard.headers.clone(), heard.body.clone());
        assert_eq!(but_the_id(&none), but_the_id(&foreign), "{method} {path}");
        assert_eq!(ask(&site, "GET", "/v1/result/{id}", &id, &admin).await.status, 200, "it is still there");
        seen += 1;
    }
    assert_eq!(seen, 2, "reading and ending");
}

#[tokio::test]
async fn another_accounts_key_sees_and_does_nothing_of_ours_whatever_it_asks() {
    let site = Site::new().await;
    site.account("other", 0).await;
    let theirs = site.key("other", Scopes::CLIENT).await;
    let id = site.create().await;
    let ours = site.gateway.authenticate(SECRET).unwrap();
    for (method, path, scope) in operations() {
        let heard = ask(&site, &method, &path, &id, &theirs).await;
        match (scope, path.contains("{id}"), &*path) {
            (Scope::Admin, ..) => heard.is_problem(403, "forbidden"),
            (_, true, _) => heard.is_problem(404, "not_found"),
            (Scope::Create, _, "/v1/quote") => assert_eq!(heard.json()["affordable"], false),
            // The body fits one of the two dialects; the other refuses it before money is looked at.
            (Scope::Create, ..) => assert!(matches!(heard.status, 400 | 402), "{path}: {heard:?}"),
            _ => assert_eq!(heard.status, 200, "{path}"),
        }
        let told = heard.text();
        assert!(!told.contains(&id) && !told.contains("\"main\""), "{path}: {told}");
        assert!(!told.contains(ours.key.id.as_str()), "{path}: {told}");
    }
}

#[tokio::test]
async fn the_scheme_is_read_in_any_case_and_a_revoked_key_is_none() {
    let site = Site::new().await;
    let id = site.create().await;
    let line = format!("GET /v1/result/{id}\nauthorization:   bEARER   {SECRET}  ");
    assert_eq!(site.ask(&line, b"").await.status, 200);
    let key = site.gateway.authenticate(SECRET).unwrap();
    assert!(site.office().key_revoke(key.key.id.as_str()).await.unwrap());
    site.ask(&line, b"").await.is_problem(401, "unauthorized");
}

#[tokio::test]
async fn a_rotated_key_works_with_both_secrets_for_a_while() {
    let site = Site::new().await;
    let (id, first) = site.key_with(NewKey::plain("main", "", Scopes::CLIENT)).await;
    let admin = site.key("main", Scopes::ALL).await;
    let rotate = format!("POST /v1/admin/keys/{id}/rotate\nAuthorization: Bearer {admin}");
    let rotated = site.ask(&rotate, br#"{"overlap_seconds":60}"#).await.json();
    let second = rotated["secret"].as_str().unwrap().to_owned();
    let works = async |secret: &str| ask(&site, "GET", "/v1/tasks", "", secret).await.status == 200;
    assert!(works(&first).await && works(&second).await);
    site.clock.advance(Duration::from_mins(1));
    assert!(!works(&first).await && works(&second).await);
}

#[tokio::test]
async fn a_key_creates_with_its_models_only() {
    let site = Site::new().await;
    let models = Some(vec!["videos".to_owned()]);
    let (_, secret) = site.key_with(NewKey { models, ..NewKey::plain("main", "", Scopes::CLIENT) }).await;
    for path in ["/v1/sora/videos", "/v1/quote"] {
        let heard = ask(&site, "POST", path, "", &secret).await;
        heard.is_problem(403, "forbidden");
        assert!(heard.json()["param"] == "model" && heard.text().contains("videos"), "{}", heard.text());
    }
}
