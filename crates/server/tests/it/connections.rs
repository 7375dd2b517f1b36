//! Connections: kept, pipelined, too slow, too large, and the end of all of them.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::site::{Heard, SECRET, Site};

#[tokio::test]
async fn requests_in_one_breath_are_answered_in_order() {
    let site = Site::new().await;
    let id = site.create().await;
    let one = |number: usize, last: &str| {
        format!(
            "GET /v1/result/{id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {SECRET}\r\nX-Request-Id: n{number}\r\n{last}\r\n"
        )
    };
    let all: String =
        (0..20).map(|number| one(number, if number == 19 { "Connection: close\r\n" } else { "" })).collect();
    let mut stream = site.connect().await;
    stream.write_all(all.as_bytes()).await.unwrap();
    let mut heard = String::new();
    stream.read_to_string(&mut heard).await.unwrap();
    let numbers: Vec<&str> =
        heard.split("x-request-id: ").skip(1).map(|rest| rest.split('\r').next().unwrap()).collect();
    assert_eq!(numbers, (0..20).map(|number| format!("n{number}")).collect::<Vec<_>>());
    assert_eq!(heard.matches("HTTP/1.1 200 OK").count(), 20);
}

#[tokio::test]
async fn a_head_that_does_not_arrive_and_a_quiet_connection_are_given_up() {
    let site = Site::with(|settings| {
        settings.header_span = Duration::from_millis(40);
        settings.idle_span = Duration::from_millis(80);
    })
    .await;
    for begin in ["", "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "] {
        let mut stream = site.connect().await;
        stream.write_all(begin.as_bytes()).await.unwrap();
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).await.unwrap();
        assert!(heard.is_empty());
    }
    let mut stream = site.connect().await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /he").await.unwrap();
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).await.unwrap();
    assert_eq!(Heard::parse(&heard).status, 200);
}

#[tokio::test]
async fn a_head_that_is_too_large_is_a_431() {
    let site = Site::new().await;
    let long = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(20_000));
    assert_eq!(site.raw(long.as_bytes()).await.status, 431);
    let many = "X-Some: y\r\n".repeat(120);
    let many = format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{many}\r\n");
    assert_eq!(site.raw(many.as_bytes()).await.status, 431);
    assert_eq!(site.raw(b"what is this\r\n\r\n").await.status, 400);
}

#[tokio::test]
async fn told_to_stop_it_answers_what_waits_and_takes_no_more() {
    let site = Site::new().await;
    let id = site.create().await;
    let mut idle = site.connect().await;
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut some = [0; 12];
    idle.read_exact(&mut some).await.unwrap();
    let mut waiting = site.connect().await;
    let head =
        format!("GET /v1/result/{id}?wait=60 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {SECRET}\r\n\r\n");
    waiting.write_all(head.as_bytes()).await.unwrap();
    // Once a later request on the same listener could be answered the waiting one is being handled, or will be at once.
    assert_eq!(site.ask("GET /readyz", b"").await.status, 200);
    site.stop.send_replace(true);
    let mut heard = Vec::new();
    waiting.read_to_end(&mut heard).await.unwrap();
    assert!(heard.is_empty() || Heard::parse(&heard).status == 200);
    idle.read_to_end(&mut Vec::new()).await.unwrap();
    site.serving.await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(site.address).await.is_err());
}

#[tokio::test]
async fn a_port_that_is_taken_is_refused() {
    let site = Site::new().await;
    let (gateway, catalogue) = (site.gateway.clone(), filmgate_contract::catalogue::Catalogue::builtin());
    let handle = filmgate_server::recorder().unwrap().handle();
    let again =
        filmgate_server::bind(site.address, filmgate_server::Settings::default(), gateway, catalogue, handle);
    assert!(matches!(again, Err(filmgate_server::BindError::Address { .. })));
}
