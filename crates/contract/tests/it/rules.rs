//! Every rule about creates, one row each: what was sent and, in full, what came of it. The snapshots are the text
//! that clients read; a change in them is a change of the contract.

use std::fmt::Write;

use filmgate_contract::create::{Accepted, Handling};
use filmgate_domain::media::MediaSource;
use filmgate_domain::request::{Dialect, Guidance};

use crate::{read, read_as};

const SORA: &str = r#""model":"openAiSora2Plus","prompt":"A cat""#;
const VIDEOS: &str = r#""model":"videos","prompt":"A cat","duration":5"#;

/// What came of a body, as text.
fn outcome(dialect: Dialect, body: &str, handling: Handling) -> String {
    match read_as(dialect, body, handling) {
        Ok(accepted) => shown(&accepted),
        Err(problem) => {
            let param = problem.param.as_deref().unwrap_or("-");
            format!("{} {} at {param}\n    {}", problem.status, problem.code, problem.message)
        }
    }
}

fn shown(accepted: &Accepted) -> String {
    let request = &accepted.request;
    let guidance = match &request.guidance {
        Guidance::Text => String::new(),
        Guidance::Image(image) => format!(" image {}", source(image)),
        Guidance::Frames { first, last } => format!(" frames {} {}", source(first), source(last)),
        Guidance::References { images, videos } => {
            let list = |sources: &[MediaSource]| sources.iter().map(source).collect::<Vec<_>>().join(" ");
            format!(" images [{}] videos [{}]", list(images), list(videos))
        }
    };
    let ignored = accepted.ignored_header().map(|names| format!(" ignored [{names}]")).unwrap_or_default();
    format!("{} {}s {}{guidance}{ignored}", request.model, request.seconds, request.size)
}

fn source(source: &MediaSource) -> String {
    match source {
        MediaSource::Url(url) => url.clone(),
        MediaSource::Inline(text) => format!("inline:{}", String::from_utf8_lossy(text)),
        MediaSource::Stored(_) => unreachable!("a create never names stored bytes"),
    }
}

/// A row: the rule, and the members that are added to `base`.
type Row<'a> = (&'a str, &'a str);

fn table(dialect: Dialect, base: &str, handling: Handling, rows: &[Row<'_>]) -> String {
    let mut text = String::new();
    for (rule, members) in rows {
        let comma = if base.is_empty() || members.is_empty() { "" } else { "," };
        let body = format!("{{{base}{comma}{members}}}");
        let sent: String = members.chars().take(100).collect();
        let _ = writeln!(text, "{rule}\n    {sent}\n    {}\n", outcome(dialect, &body, handling));
    }
    text
}

#[test]
fn sora() {
    let long = format!(r#""image_urls":["https://a.example/{}"]"#, "x".repeat(8192));
    let rows: &[Row<'_>] = &[
        ("defaults: 4 s, 720x1280", ""),
        ("size portrait", r#""size":"720x1280""#),
        ("size landscape", r#""size":"1280x720""#),
        ("size out of the list", r#""size":"1920x1080""#),
        ("size of another type", r#""size":720"#),
        ("aspect_ratio portrait", r#""aspect_ratio":"9:16""#),
        ("aspect_ratio landscape", r#""aspect_ratio":"16:9""#),
        ("aspect_ratio out of the list", r#""aspect_ratio":"1:1""#),
        ("size xor aspect_ratio", r#""size":"1280x720","aspect_ratio":"16:9""#),
        ("duration 4", r#""duration":4"#),
        ("duration 8", r#""duration":8"#),
        ("seconds 12", r#""seconds":12"#),
        ("seconds as text", r#""seconds":"8""#),
        ("seconds with an empty fraction", r#""seconds":8.0"#),
        ("seconds with a fraction", r#""seconds":7.5"#),
        ("seconds with a fraction as text", r#""seconds":"8.0""#),
        ("seconds out of the list", r#""seconds":5"#),
        ("seconds out of the list, as text", r#""seconds":"5""#),
        ("seconds below zero", r#""seconds":-4"#),
        ("seconds far out", r#""seconds":1e400"#),
        ("seconds of another type", r#""seconds":true"#),
        ("seconds in words", r#""seconds":"eight""#),
        ("duration xor seconds, though equal", r#""duration":8,"seconds":8"#),
        ("input_reference", r#""input_reference":["https://example.com/reference1.jpg"]"#),
        ("image_urls", r#""image_urls":["http://example.com/a.png"]"#),
        (
            "input_reference xor image_urls",
            r#""input_reference":["https://a.example/1"],"image_urls":["https://a.example/1"]"#,
        ),
        ("two images", r#""input_reference":["https://a.example/1","https://a.example/2"]"#),
        ("one string for an array of one", r#""input_reference":"https://a.example/1""#),
        ("an object for a URL", r#""input_reference":[{"url":"https://a.example/1"}]"#),
        (
            "an object for a URL, OpenAI's way",
            r#""input_reference":{"image_url":{"url":"https://a.example/1"}}"#,
        ),
        ("an object without a URL", r#""input_reference":{"file_id":"file_1"}"#),
        ("a number for a URL", r#""input_reference":[7]"#),
        ("data URL", r#""input_reference":["data:image/png;base64,iVBORw0KGgo="]"#),
        ("data URL without type or padding", r#""input_reference":["data:;base64,iVBORw0KGgo"]"#),
        ("data URL with escaped slashes", r#""input_reference":["data:image\/png;base64,\/\/8="]"#),
        ("data URL, not base-64", r#""input_reference":["data:image/png,hello"]"#),
        ("data URL, wrong alphabet", r#""input_reference":["data:image/png;base64,AA_A"]"#),
        ("data URL, cut short", r#""input_reference":["data:image/png;base64,AAAAA"]"#),
        ("data URL, empty", r#""input_reference":["data:image/png;base64,"]"#),
        ("data URL, no comma", r#""input_reference":["data:image/png;base64"]"#),
        ("relative URL", r#""input_reference":["cat.jpg"]"#),
        ("URL of another scheme", r#""input_reference":["ftp://a.example/cat.jpg"]"#),
        ("file URL", r#""input_reference":["file:///etc/passwd"]"#),
        ("URL with a password", r#""input_reference":["https://me:secret@a.example/cat.jpg"]"#),
        ("URL without a host", r#""input_reference":["https://"]"#),
        ("URL of 8 kB", &long),
        ("unknown fields are ignored and named", r#""seed":7,"n":null,"é,":1"#),
        ("fields of the other dialect are unknown here", r#""ratio":"1:1""#),
        (
            "null, empty text and empty array count as absent",
            r#""size":null,"aspect_ratio":"","duration":null,"seconds":8,"input_reference":[],"image_urls":[null,""]"#,
        ),
        ("every problem in one pass", r#""size":"1x1","seconds":5,"duration":"x","image_urls":["nope"]"#),
    ];
    insta::assert_snapshot!(table(Dialect::Sora, SORA, Handling::Lenient, rows));
}

#[test]
fn videos() {
    let rows: &[Row<'_>] = &[
        ("defaults: 16:9, 720p", ""),
        ("ratio landscape", r#""ratio":"16:9""#),
        ("ratio portrait", r#""ratio":"9:16""#),
        ("ratio square", r#""ratio":"1:1""#),
        ("ratio out of the list", r#""ratio":"4:3""#),
        ("resolution", r#""resolution":"720p""#),
        ("resolution out of the list", r#""resolution":"1080p""#),
        ("frames", r#""first_image":"https://a.example/1","last_image":"https://a.example/2""#),
        ("the same frame twice", r#""first_image":"https://a.example/1","last_image":"https://a.example/1""#),
        ("frames by legacy names", r#""image":"https://a.example/1","lastFrameImage":"https://a.example/2""#),
        ("frames by mixed names", r#""image":"https://a.example/1","last_image":"https://a.example/2""#),
        ("first without last", r#""first_image":"https://a.example/1""#),
        ("last without first", r#""last_image":"https://a.example/2""#),
        ("legacy first without last", r#""image":"https://a.example/1""#),
        ("legacy last without first", r#""lastFrameImage":"https://a.example/1""#),
        (
            "legacy and new, same value",
            r#""first_image":"https://a.example/1","image":"https://a.example/1","last_image":"https://a.example/2""#,
        ),
        (
            "legacy and new first, different values",
            r#""first_image":"https://a.example/1","image":"https://a.example/3","last_image":"https://a.example/2""#,
        ),
        (
            "legacy and new last, different values",
            r#""first_image":"https://a.example/1","lastFrameImage":"https://a.example/3","last_image":"https://a.example/2""#,
        ),
        ("legacy and new, both wrong", r#""first_image":7,"image":8,"last_image":"https://a.example/2""#),
        ("a frame that is no URL", r#""first_image":"cat","last_image":"https://a.example/2""#),
        ("a frame as array", r#""first_image":["https://a.example/1"],"last_image":"https://a.example/2""#),
        (
            "four reference images",
            r#""referenceImages":["https://a.example/1","https://a.example/2","https://a.example/3","https://a.example/4"]"#,
        ),
        (
            "five reference images",
            r#""referenceImages":["https://a.example/1","https://a.example/2","https://a.example/3","https://a.example/4","https://a.example/5"]"#,
        ),
        ("the same image twice", r#""referenceImages":["https://a.example/1","https://a.example/1"]"#),
        (
            "three reference videos",
            r#""referenceVideos":["https://a.example/1","https://a.example/2","https://a.example/3"]"#,
        ),
        (
            "four reference videos",
            r#""referenceVideos":["https://a.example/1","https://a.example/2","https://a.example/3","https://a.example/4"]"#,
        ),
        (
            "images and videos",
            r#""referenceImages":"https://a.example/1","referenceVideos":"https://a.example/2""#,
        ),
        ("the second of two is wrong", r#""referenceImages":["https://a.example/1","cat"]"#),
        (
            "frames xor reference images",
            r#""first_image":"https://a.example/1","last_image":"https://a.example/2","referenceImages":["https://a.example/3"]"#,
        ),
        (
            "frames xor reference videos",
            r#""first_image":"https://a.example/1","last_image":"https://a.example/2","referenceVideos":["https://a.example/3"]"#,
        ),
        (
            "legacy frames xor references",
            r#""image":"https://a.example/1","lastFrameImage":"https://a.example/2","referenceImages":["https://a.example/3"]"#,
        ),
        (
            "empty references beside frames",
            r#""first_image":"https://a.example/1","last_image":"https://a.example/2","referenceImages":[],"referenceVideos":null"#,
        ),
        ("fields of the other dialect are unknown here", r#""seconds":8,"size":"1x1","aspect_ratio":"1:1""#),
    ];
    insta::assert_snapshot!(table(Dialect::Videos, VIDEOS, Handling::Lenient, rows));
}

#[test]
fn required_fields() {
    let long = format!(r#""model":"videos","duration":5,"prompt":"{}""#, "é".repeat(1501));
    let long_sora = format!(r#""model":"openAiSora2Pro","prompt":"{}""#, "x".repeat(32_001));
    let sora: &[Row<'_>] = &[
        ("nothing", ""),
        ("no model", r#""prompt":"A cat""#),
        ("no prompt", r#""model":"openAiSora2Pro""#),
        ("prompt null", r#""model":"openAiSora2Pro","prompt":null"#),
        ("prompt empty", r#""model":"openAiSora2Pro","prompt":"""#),
        ("prompt blank", r#""model":"openAiSora2Pro","prompt":" \n\t""#),
        ("prompt of another type", r#""model":"openAiSora2Pro","prompt":["A cat"]"#),
        ("prompt too long", &long_sora),
        ("model pro", r#""model":"openAiSora2Pro","prompt":"A cat""#),
        ("unknown model", r#""model":"gpt-video","prompt":"A cat""#),
        (
            "unknown model, cut",
            r#""model":"gpt-video-gpt-video-gpt-video-gpt-video-gpt-video-gpt-video-gpt-video","prompt":"A cat""#,
        ),
        ("model of the other route", r#""model":"videos","prompt":"A cat""#),
        ("model of another type", r#""model":7,"prompt":"A cat""#),
        ("unknown model does not hide the rest", r#""model":"x","seconds":5"#),
    ];
    let videos: &[Row<'_>] = &[
        ("nothing", ""),
        ("model fast", r#""model":"videos_fast","prompt":"A cat","duration":4"#),
        ("no duration", r#""model":"videos","prompt":"A cat""#),
        ("shortest", r#""model":"videos","prompt":"A cat","duration":4"#),
        ("longest", r#""model":"videos","prompt":"A cat","duration":15"#),
        ("too short", r#""model":"videos","prompt":"A cat","duration":3"#),
        ("too long", r#""model":"videos","prompt":"A cat","duration":16"#),
        ("duration as text", r#""model":"videos","prompt":"A cat","duration":"10""#),
        ("prompt too long", &long),
        ("model of the other route", r#""model":"openAiSora2Plus","prompt":"A cat","duration":8"#),
    ];
    let text = table(Dialect::Sora, "", Handling::Lenient, sora)
        + &table(Dialect::Videos, "", Handling::Lenient, videos);
    insta::assert_snapshot!(text);
}

#[test]
fn strict_handling_refuses_what_lenient_ignores() {
    let rows: &[Row<'_>] = &[
        ("nothing ignored", r#""size":null,"seconds":"8""#),
        ("one ignored", r#""seed":7"#),
        ("two ignored, after other problems", r#""seed":7,"seconds":5,"n":null"#),
    ];
    insta::assert_snapshot!(table(Dialect::Sora, SORA, Handling::Strict, rows));
}

#[test]
fn bodies_that_are_no_objects() {
    let mut text = String::new();
    for body in
        ["", " \n", "[]", "\"A cat\"", "7", "null", "{\"model\":", "{'model':1}", "{\"a\":1,\"a\":2}", "{}x"]
    {
        let _ = writeln!(text, "{body}\n    {}\n", outcome(Dialect::Sora, body, Handling::Lenient));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn characters_are_counted_not_bytes() {
    let body =
        |count: usize| format!(r#"{{"model":"videos","duration":5,"prompt":"{}"}}"#, "猫".repeat(count));
    assert_eq!(read(Dialect::Videos, &body(1500)).unwrap().request.prompt.chars().count(), 1500);
    assert_eq!(read(Dialect::Videos, &body(1501)).unwrap_err().param.as_deref(), Some("prompt"));
}

#[test]
fn an_inline_image_stays_under_the_models_limit_and_in_the_body() {
    let body = |bytes: usize| {
        format!(r#"{{{SORA},"input_reference":["data:image/png;base64,{}"]}}"#, "AAAA".repeat(bytes / 3))
    };
    let fits = body(19_999_998);
    let sent = bytes::Bytes::from(fits);
    let catalogue = filmgate_contract::catalogue::Catalogue::builtin();
    let read = |body: &bytes::Bytes| {
        filmgate_contract::create::parse(Dialect::Sora, body, Handling::Lenient, &catalogue)
    };
    let accepted = read(&sent).unwrap();
    let Guidance::Image(MediaSource::Inline(text)) = accepted.request.guidance else {
        panic!("no inline image")
    };
    assert!(sent.as_ptr_range().contains(&text.as_ptr()), "the text was copied");
    let problem = read(&bytes::Bytes::from(body(20_000_001))).unwrap_err();
    assert_eq!(problem.message, "`input_reference[0]` must have at most 19999999 bytes; received 20000001.");
}
