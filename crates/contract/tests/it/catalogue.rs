//! The catalogue: what is in the compiled-in one, that a new model is an entry and nothing else, and what is refused.

use bytes::Bytes;
use filmgate_contract::catalogue::Catalogue;
use filmgate_contract::create::{Handling, parse};
use filmgate_domain::media::Size;
use filmgate_domain::money::Micros;
use filmgate_domain::request::Dialect;

const BUILTIN: &str = include_str!("../../models.toml");

#[test]
fn the_compiled_in_one_holds_the_four_models() {
    let catalogue = Catalogue::builtin();
    let names: Vec<&str> = catalogue.models().iter().map(|model| model.name.as_str()).collect();
    assert_eq!(names, ["openAiSora2Plus", "openAiSora2Pro", "videos", "videos_fast"]);
    let models = catalogue.domain_models();
    let videos = &models["videos"];
    assert_eq!(
        (videos.tariff.price, videos.route.upstreams.as_slice()),
        (Micros(300_000), &["animatic".to_owned()][..])
    );
    assert_eq!((videos.media.image_bytes_below, videos.media.image_exact), (20_000_000, false));
    assert_eq!((videos.media.videos_total_ms, videos.media.videos_total_bytes), (15_000, 200_000_000));
    assert!(videos.media.video_size_fits(Size::new(2160, 720)));
    assert!(models["openAiSora2Pro"].media.image_exact);
}

#[test]
fn a_new_model_is_an_entry() {
    let entry = r#"
[[model]]
name = "videos_pro"
dialect = "videos"
description = "Longer prompts, two resolutions"
price = 1
prices = [
  { duration = 15, resolution = "1080p", price = 3 },
  { duration = 15, price = 2 },
]
concurrency = 4
upstreams = ["gpu", "animatic"]
prompt_max = 5_000
durations = [10, 15]
default_duration = 10
default_ratio = "21:9"
default_resolution = "1080p"
pictures = [
  { ratio = "21:9", resolution = "1080p", size = "2520x1080" },
  { ratio = "16:9", resolution = "720p", size = "1280x720" },
]
"#;
    let catalogue = Catalogue::parse(&format!("{BUILTIN}{entry}")).unwrap();
    let read = |more: &str| {
        let body = format!(r#"{{"model":"videos_pro","prompt":"A cat"{more}}}"#);
        parse(Dialect::Videos, &Bytes::from(body), Handling::Lenient, &catalogue)
    };
    let plain = read("").unwrap().request;
    assert_eq!((plain.seconds, plain.size), (10, Size::new(2520, 1080)));
    let chosen = read(r#","duration":15,"ratio":"16:9","resolution":"720p""#).unwrap().request;
    assert_eq!((chosen.seconds, chosen.size), (15, Size::new(1280, 720)));
    let model = &catalogue.domain_models()["videos_pro"];
    let price = |seconds, resolution| model.tariff.price(seconds, resolution).0;
    assert_eq!(
        (price(15, "1080p"), price(15, "720p"), price(10, "1080p"), model.concurrency),
        (3, 2, 1, Some(4))
    );
    let refusals = [
        read(r#","ratio":"16:9""#),
        read(r#","duration":12"#),
        read(r#","first_image":"https://a.example/1","last_image":"https://a.example/2""#),
        read(r#","referenceImages":["https://a.example/1"]"#),
    ];
    let shown: Vec<String> = refusals.into_iter().map(|refusal| refusal.unwrap_err().to_string()).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn what_makes_no_sense_is_refused_with_line_and_reason() {
    let edits: &[(&str, &str)] = &[
        ("name = \"videos_fast\"", "name = \"videos\""),
        ("name = \"videos\"", "name = \"no spaces\""),
        ("name = \"videos\"\n", ""),
        ("dialect = \"sora\"", "dialect = \"opera\""),
        ("description = \"Enhanced version\"", "descripton = \"Enhanced version\""),
        ("price = 200_000", "price = -1"),
        ("price = 200_000", "price = 0.2"),
        ("price = 200_000", "price = 2\nprices = [{ duration = 5, price = 1 }]"),
        ("price = 200_000", "price = 2\nprices = [{ resolution = \"8k\", price = 1 }]"),
        ("price = 200_000", "price = 2\nprices = [{ price = -1 }]"),
        ("price = 200_000", "price = 2\nconcurrency = 0"),
        ("upstreams = [\"animatic\"]", "upstreams = []"),
        ("upstreams = [\"animatic\"]", "upstreams = [\"a\", \"a\"]"),
        ("prompt_max = 1_500", "prompt_max = 0"),
        ("durations = [4, 8, 12]", "durations = []"),
        ("durations = [4, 8, 12]", "durations = [8, 4]"),
        ("durations = [4, 8, 12]", "durations = \"4\""),
        ("durations = { min = 4, max = 15 }", "durations = { min = 15, max = 4 }"),
        ("durations = { min = 4, max = 15 }", "durations = { min = 0, max = 15 }"),
        ("default_duration = 4", "default_duration = 5"),
        ("default_ratio = \"16:9\"", "default_ratio = \"4:3\""),
        ("default_resolution = \"720p\"", "default_resolution = \"4k\""),
        ("size = \"720x1280\"", "size = \"large\""),
        ("size = \"720x1280\"", "size = \"721x1280\""),
        ("size = \"720x1280\"", "size = \"1280x720\""),
        ("ratio = \"16:9\", resolution", "ratio = \"9:16\", resolution"),
        ("frames = false", "frames = true"),
        ("references = 1", "references = 2"),
        ("bytes_below = 20_000_000", "bytes_below = 0"),
        ("side_min = 720", "side_min = 4000"),
        ("total_bytes = 200_000_000", "total_bytes = 0"),
        ("exact_size = true\n", "exact_size = true\nshape = 1\n"),
        ("[[model]]\nname", "[[models]]\nname"),
    ];
    let mut shown = vec![Catalogue::parse("").unwrap_err().to_string()];
    for (old, new) in edits {
        assert!(BUILTIN.contains(old), "{old}");
        let error = Catalogue::parse(&BUILTIN.replacen(old, new, 1)).expect_err(new);
        shown.push(format!("{}\n    {error}", new.trim()));
    }
    insta::assert_snapshot!(shown.join("\n"));
}
