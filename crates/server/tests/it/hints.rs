//! What upstreams say of their own accord, at an address that only they were told.

use filmgate_domain::id::TaskId;

use crate::site::{PLAIN, SECRET, Site};

#[tokio::test]
async fn an_address_that_was_given_out_is_heard_and_no_other() {
    let site = Site::new().await;
    let heard =
        site.ask(&format!("POST /v1/sora/videos\nAuthorization: Bearer {SECRET}"), PLAIN.as_bytes()).await;
    assert_eq!(heard.status, 200);
    let task = TaskId::from_text(heard.json()["id"].as_str().unwrap());
    let address = site.gateway.signer().hint_link(&task);

    let heard = site.ask(&format!("POST {address}"), br#"{"status":"completed"}"#).await;
    assert_eq!((heard.status, heard.json()), (200, serde_json::json!({ "ok": true })));
    let heard = site.ask(&format!("POST {address}"), b"no json at all").await;
    assert_eq!(heard.status, 200, "what is said does not matter");
    let heard = site.ask(&format!("POST {address}"), br#"{"challenge":"c0ffee"}"#).await;
    assert_eq!(heard.json(), serde_json::json!({ "challenge": "c0ffee" }));
    let long = format!(r#"{{"challenge":"{}"}}"#, "x".repeat(600));
    let heard = site.ask(&format!("POST {address}"), long.as_bytes()).await;
    assert_eq!(
        heard.json(),
        serde_json::json!({ "ok": true }),
        "nobody is an echo for more than a challenge"
    );

    let mut forged = address.clone().into_bytes();
    *forged.last_mut().unwrap() ^= 4;
    for wrong in [String::from_utf8(forged).unwrap(), format!("/callbacks/{task}"), "/callbacks/x".to_owned()]
    {
        site.ask(&format!("POST {wrong}"), b"{}").await.is_problem(404, "not_found");
    }
    let heard = site.ask(&format!("POST {address}"), &vec![b' '; 8 << 20]).await;
    assert_eq!(heard.status, 413);
}
