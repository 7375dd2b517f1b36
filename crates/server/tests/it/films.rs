//! Downloads: whole, in parts, refused, too late.

use std::time::Duration;

use crate::site::{MIB, SECRET, Site};

/// Three mebibytes and a bit, no two places alike.
fn bytes() -> Vec<u8> {
    (0..MIB as u32).flat_map(u32::to_be_bytes).take(3 * MIB + 17).collect()
}

#[tokio::test]
async fn a_film_comes_whole_and_as_what_it_is() {
    let site = Site::new().await;
    let link = site.film(&bytes()).await;
    let heard = site.ask(&format!("GET {link}\nAuthorization: Bearer unwanted"), b"").await;
    assert_eq!(heard.status, 200);
    assert!(heard.body == bytes());
    assert_eq!(heard.header("content-type"), Some("video/mp4"));
    assert_eq!(heard.header("content-length"), Some("3145745"));
    assert_eq!(heard.header("accept-ranges"), Some("bytes"));
    assert_eq!(heard.header("access-control-allow-origin"), Some("*"));
    assert_eq!(heard.header("cache-control"), Some("private, max-age=86400"));
    let disposition = heard.header("content-disposition").unwrap();
    assert!(disposition.starts_with("inline; filename=\"film_") && disposition.ends_with(".mp4\""));
    let head = site.ask(&format!("HEAD {link}\nRange: bytes=0-1"), b"").await;
    assert_eq!((head.status, head.body.len(), head.header("content-length")), (200, 0, Some("3145745")));
    let etag = heard.header("etag").unwrap();
    let known = site.ask(&format!("GET {link}\nIf-None-Match: {etag}"), b"").await;
    assert_eq!((known.status, known.body.len(), known.header("etag")), (304, 0, Some(etag)));
}

#[tokio::test]
async fn parts_are_exactly_the_bytes_that_were_asked_for() {
    let site = Site::new().await;
    let link = site.film(&bytes()).await;
    let length = bytes().len();
    for (range, from, to) in [
        ("0-0", 0, 1),
        ("1-1048576", 1, MIB + 1),
        ("2000000-", 2_000_000, length),
        ("-100", length - 100, length),
        ("3145740-9999999", 3_145_740, length),
    ] {
        let heard = site.ask(&format!("GET {link}\nRange: bytes={range}"), b"").await;
        assert_eq!(heard.status, 206, "{range}");
        assert_eq!(heard.header("content-range"), Some(format!("bytes {from}-{}/{length}", to - 1).as_str()));
        assert!(heard.body == bytes()[from..to], "{range}");
    }
    for whole in ["Range: bytes=0-1,4-5", "Range: items=0-1", "Range: bytes=0-1\nIf-Range: \"other\""] {
        let heard = site.ask(&format!("GET {link}\n{whole}"), b"").await;
        assert_eq!((heard.status, heard.body.len()), (200, length), "{whole}");
    }
    let etag = format!("\"{}\"", link.strip_prefix("/files/").unwrap().split('?').next().unwrap());
    let same = site.ask(&format!("GET {link}\nRange: bytes=0-9\nIf-Range: {etag}"), b"").await;
    assert_eq!((same.status, same.body.len()), (206, 10));
    let beyond = site.ask(&format!("GET {link}\nRange: bytes=3145745-"), b"").await;
    beyond.is_problem(416, "invalid_parameter");
    assert_eq!(beyond.header("content-range"), Some("bytes */3145745"));
}

#[tokio::test]
async fn a_link_that_was_changed_is_forbidden() {
    let site = Site::new().await;
    let link = site.film(b"film").await;
    let (path, query) = link.split_once('?').unwrap();
    let stretched = query.replace("e=1800086400", "e=1900000000");
    assert_ne!(stretched, query);
    for wrong in [
        path.to_owned(),
        format!("{path}?{stretched}"),
        format!("/files/film_x?{query}"),
        format!("{path}?e=x&k=y&s=z"),
        format!("/files/..%2f..%2fx?{query}"),
    ] {
        site.ask(&format!("GET {wrong}\nAuthorization: Bearer {SECRET}"), b"")
            .await
            .is_problem(403, "forbidden");
    }
}

#[tokio::test]
async fn a_link_past_its_time_and_one_without_its_film_have_expired() {
    let site = Site::new().await;
    let link = site.film(b"film").await;
    let other = site.film(b"other").await;
    let id = site.ask_as_client("GET /v1/tasks?limit=1", "").await.json()["data"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    site.ask_as_client(&format!("DELETE /v1/result/{id}"), "").await;
    site.ask(&format!("GET {other}"), b"").await.is_problem(410, "expired");
    assert_eq!(site.ask(&format!("GET {link}"), b"").await.status, 200);
    site.clock.advance(Duration::from_hours(24));
    site.ask(&format!("GET {link}"), b"").await.is_problem(410, "expired");
}
