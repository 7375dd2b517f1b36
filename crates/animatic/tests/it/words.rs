//! What prompts are understood as. The table is the vocabulary's contract: look at its diff.

use crate::brief;
use filmgate_animatic::{Guidance, plan, understand};
use std::fmt::Write;

const PROMPTS: &[&str] = &[
    "A cat dancing in the rain, cinematic style",
    "一只猫在雨中跳舞,电影风格",
    "一只猫在雨中跳舞\u{ff0c}电影风格",
    "A cute kitten playing on a sunlit meadow, cinematic lens",
    "一只可爱的小猫在阳光明媚的草地上玩耍,电影镜头",
    "Two white horses galloping through the desert at golden hour, aerial shot",
    "两匹白马在沙漠中奔跑,黄金时刻,航拍",
    "A robot walks down a neon street at night, camera slowly pushes in",
    "机器人在霓虹街道上行走,夜晚,推进",
    "a red car racing, tracking shot",
    "three birds flying over snowy mountains, watercolor",
    "一群小鸟飞过雪山,水彩",
    "an astronaut floating in space",
    "宇航员在太空漂浮",
    "goldfish swimming in a coral reef",
    "a ship sailing in a storm, handheld",
    "a girl walking in the forest, foggy, black and white",
    "女孩在雾中的森林里散步,黑白",
    "no rain, a dog running on the beach",
    "一只狗在海滩上奔跑,没有雨",
    "a black cat sitting in a room, static shot, vintage",
    "a boy and a girl dancing at night",
    "a sunflower, anime, orbit",
    "hot air balloon rising at dawn, zoom out",
    "a golden dragon flying above the clouds, aerial",
    "一条金龙在云海上飞翔,航拍",
    "a steam train in thick fog, film noir",
    "a campfire in the forest under the aurora",
    "极光下的雪山",
    "a bowl of fruit on the table, pencil sketch",
    "宇航员在月球上行走",
    "a passenger plane at dawn",
    "高铁列车穿过田野",
    "quarterly revenue report",
    "时间的形状",
    "",
];

#[test]
fn prompts_are_understood_in_both_languages() {
    let mut table = String::new();
    for prompt in PROMPTS {
        let scene = plan(&brief(prompt, Guidance::Text));
        let _ = writeln!(table, "{prompt}\n    {scene:?}\n");
    }
    insta::assert_snapshot!("words", table);
}

#[test]
fn translations_film_alike() {
    for (english, chinese) in [(0, 1), (0, 2), (3, 4), (5, 6), (7, 8), (12, 13), (16, 17), (18, 19)] {
        let [one, other] = [english, chinese].map(|index| plan(&brief(PROMPTS[index], Guidance::Text)));
        assert!(one.films_like(&other), "{}\n{one:?}\n{}\n{other:?}", PROMPTS[english], PROMPTS[chinese]);
    }
}

#[test]
fn a_named_style_wins_over_what_is_usually_filmed_in_another() {
    let style = |prompt: &str| understand(prompt, 0).style;
    assert_eq!(style("a neon street, watercolor"), "watercolour");
    assert_eq!(style("watercolor of a neon street"), "watercolour");
    assert_eq!(style("a neon street, cinematic"), "cyberpunk");
    assert_eq!(style("霓虹街道,水彩"), "watercolour");
}

#[test]
fn unknown_words_turn_the_picture() {
    let [one, other] = ["zorblax", "quindle"].map(|word| plan(&brief(word, Guidance::Text)));
    assert_eq!(one.unknown(), ["zorblax"]);
    assert!(!one.films_like(&other));
}

#[test]
fn what_was_understood_is_told_and_what_was_not() {
    let read = understand("Two white kittens dancing in the rain at night, no dogs, zorblax", 7);
    let heard: Vec<_> = read.heard.iter().filter(|one| one.kind != "nothing").collect();
    let told: Vec<_> =
        heard.iter().map(|one| (one.words.as_str(), one.kind, one.name.as_str(), one.negated)).collect();
    assert_eq!(
        told,
        [
            ("two", "count", "2", false),
            ("white", "colour", "white", false),
            ("kittens", "subject", "cat", false),
            ("dancing", "action", "dance", false),
            ("rain", "weather", "rain", false),
            ("night", "time", "night", false),
            ("dogs", "subject", "dog", true),
        ]
    );
    assert_eq!(read.unknown, ["zorblax"]);
    let [shot] = &read.shots[..] else { panic!("{:?}", read.shots) };
    assert_eq!((shot.weather, shot.time, shot.camera), ("rain", "night", "drift"));
    let [cat] = &shot.cast[..] else { panic!("{:?}", shot.cast) };
    assert_eq!(
        (cat.subject, cat.action, cat.count, cat.colour, cat.age),
        ("cat", "dance", 2, Some("white"), Some("young"))
    );
    let chinese = understand("一只猫在雨中跳舞", 7);
    assert!(chinese.heard.iter().any(|one| one.words == "跳舞" && one.name == "dance"), "{chinese:?}");
}

#[test]
fn what_happens_then_is_another_shot_of_the_same_film() {
    for prompt in [
        "A white cat dances in the rain, then it sleeps in a room, finally a dog runs on the beach at sunset, anime",
        "一只白色的猫在雨中跳舞,然后在房间里睡觉,最后一只狗在日落的海滩上奔跑,动漫",
    ] {
        let read = understand(prompt, 7);
        let told: Vec<_> = read
            .shots
            .iter()
            .map(|shot| {
                (shot.setting, shot.time, shot.cast[0].subject, shot.cast[0].action, shot.cast[0].colour)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("street", "dusk", "cat", "dance", Some("white")),
                ("room", "dusk", "cat", "sit", Some("white")),
                ("beach", "golden hour", "dog", "run", None),
            ],
            "{prompt}"
        );
        assert_eq!(read.style, "anime", "said at the end, meant throughout");
    }
    let places =
        |prompt: &str| understand(prompt, 7).shots.iter().map(|shot| shot.setting).collect::<Vec<_>>();
    assert_eq!(
        places("a car in the city, then a plane"),
        ["city", "sky"],
        "nothing flies between the houses"
    );
    assert_eq!(places("a car in the city, then a dog"), ["city", "city"]);
    assert_eq!(understand("then", 7).shots.len(), 1);
    assert_eq!(understand("a cat, then", 7).shots.len(), 1);
    assert_eq!(understand("", 7).shots.len(), 1);
}
