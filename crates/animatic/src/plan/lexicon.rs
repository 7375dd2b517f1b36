//! The words. Settings, subjects, weathers and styles bring their own (each in its file); the rest stands here.

use crate::scene::{Action, Age, Camera, Colour, Prop, TimeOfDay};
use crate::settings::{self, Setting};
use crate::styles::{self, Style};
use crate::subjects::{self, Subject};
use crate::weathers::{self, Weather};

/// What a phrase means.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
    Setting(&'static dyn Setting),
    Weather(&'static dyn Weather),
    Style(&'static dyn Style),
    /// A thing that is usually filmed in this style.
    StyleHint(&'static dyn Style),
    Subject(&'static dyn Subject),
    Time(TimeOfDay),
    Camera(Camera),
    Action(Action),
    Colour(Colour),
    Count(u8),
    Age(Age),
    Prop(Prop),
    /// Sun, said of a place: fair weather, by day unless an hour is named.
    Sunny,
    /// What follows is seen after what was said before.
    Next,
    /// Known, and of no consequence for the picture.
    Nothing,
}

/// Hands over every phrase group of the vocabulary, always in the same order.
pub(super) fn each(take: &mut dyn FnMut(&'static [&'static str], Meaning)) {
    for it in settings::ALL {
        take(it.words(), Meaning::Setting(*it));
    }
    for it in weathers::ALL {
        take(it.words(), Meaning::Weather(*it));
    }
    for it in styles::ALL {
        take(it.words(), Meaning::Style(*it));
        take(it.hints(), Meaning::StyleHint(*it));
    }
    for it in subjects::ALL {
        take(it.words(), Meaning::Subject(*it));
    }
    for (time, words) in TIMES {
        take(words, Meaning::Time(*time));
    }
    for (camera, words) in CAMERAS {
        take(words, Meaning::Camera(*camera));
    }
    for (action, words) in ACTIONS {
        take(words, Meaning::Action(*action));
    }
    for (colour, words) in COLOURS {
        take(words, Meaning::Colour(*colour));
    }
    for (count, words) in COUNTS {
        take(words, Meaning::Count(*count));
    }
    take(SUNNY, Meaning::Sunny);
    take(YOUNG, Meaning::Age(Age::Young));
    take(OLD, Meaning::Age(Age::Old));
    for (prop, words) in PROPS {
        take(words, Meaning::Prop(*prop));
    }
    take(NEXT, Meaning::Next);
    take(NOTHING, Meaning::Nothing);
}

const TIMES: &[(TimeOfDay, &[&str])] = &[
    (
        TimeOfDay::Dawn,
        &[
            "dawn",
            "sunrise",
            "daybreak",
            "early morning",
            "morning",
            "morning light",
            "晨光",
            "晨曦",
            "日出",
            "黎明",
            "清晨",
            "早晨",
            "早上",
        ],
    ),
    (
        TimeOfDay::Day,
        &["day", "daytime", "daylight", "noon", "midday", "afternoon", "白天", "中午", "正午", "下午"],
    ),
    (
        TimeOfDay::Golden,
        &["golden hour", "sunset", "golden light", "late afternoon", "黄金时刻", "日落", "夕阳", "落日"],
    ),
    (TimeOfDay::Dusk, &["dusk", "twilight", "evening", "blue hour", "nightfall", "黄昏", "傍晚", "暮色"]),
    (
        TimeOfDay::Night,
        &[
            "night",
            "nighttime",
            "midnight",
            "moonlit",
            "moonlight",
            "starry",
            "夜晚",
            "夜里",
            "夜",
            "晚上",
            "午夜",
            "月光",
            "星空",
        ],
    ),
];

const CAMERAS: &[(Camera, &[&str])] = &[
    (
        Camera::CloseUp,
        &["close up", "closeup", "macro", "macro shot", "portrait shot", "特写", "近景", "微距"],
    ),
    (
        Camera::PushIn,
        &[
            "push in",
            "pushes in",
            "push",
            "zoom in",
            "dolly in",
            "moves closer",
            "moving closer",
            "推进",
            "推近",
            "拉近",
            "推镜头",
        ],
    ),
    (
        Camera::PullOut,
        &[
            "pull out",
            "pull back",
            "zoom out",
            "dolly out",
            "wide shot",
            "reveal",
            "pulls back",
            "pulls out",
            "拉远",
            "拉镜头",
            "后拉",
            "远景",
            "全景",
        ],
    ),
    (Camera::PanLeft, &["pan left", "pans left", "to the left", "向左", "左移", "左摇"]),
    (
        Camera::PanRight,
        &["pan right", "pan", "to the right", "tracking shot", "向右", "右移", "右摇", "摇镜头", "跟拍"],
    ),
    (Camera::TiltUp, &["tilt up", "tilt", "looks up", "crane up", "上摇", "仰拍", "仰视"]),
    (Camera::TiltDown, &["tilt down", "looks down", "crane down", "下摇"]),
    (
        Camera::Orbit,
        &["orbit", "orbits around", "circling", "rotates around", "arc shot", "360", "环绕", "绕着"],
    ),
    (Camera::Handheld, &["handheld", "hand held", "shaky", "documentary", "手持"]),
    (
        Camera::Aerial,
        &[
            "aerial",
            "drone",
            "birds eye",
            "from above",
            "flyover",
            "overhead",
            "航拍",
            "俯拍",
            "鸟瞰",
            "俯视",
        ],
    ),
    (
        Camera::Still,
        &[
            "static",
            "still camera",
            "locked off",
            "tripod",
            "fixed camera",
            "static shot",
            "静止",
            "固定镜头",
            "固定机位",
        ],
    ),
];

const ACTIONS: &[(Action, &[&str])] = &[
    (
        Action::Dance,
        &[
            "dance",
            "spin",
            "twirl",
            "waltz",
            "ballet",
            "breakdance",
            "跳舞",
            "舞蹈",
            "起舞",
            "跳着舞",
            "旋转",
        ],
    ),
    (
        Action::Walk,
        &[
            "walk", "stroll", "wander", "strut", "march", "travel", "cross", "drive", "sail", "漫步", "散步",
            "走路", "走", "行走", "行驶", "驶过", "驶向", "驶", "开车", "航行", "穿过",
        ],
    ),
    (
        Action::Run,
        &[
            "run", "sprint", "race", "gallop", "chase", "rush", "speed", "奔跑", "跑步", "跑", "飞奔",
            "飞驰", "追逐", "疾驰",
        ],
    ),
    (
        Action::Sit,
        &[
            "sit", "rest", "lie", "sleep", "nap", "meditate", "wait", "relax", "坐着", "坐", "睡觉", "睡",
            "休息", "趴", "打坐",
        ],
    ),
    (
        Action::Fly,
        &["fly", "soar", "glide", "float", "hover", "drift", "飞翔", "飞行", "飞", "翱翔", "漂浮", "飘"],
    ),
    (
        Action::Rise,
        &[
            "rise",
            "launch",
            "ascend",
            "lift off",
            "liftoff",
            "take off",
            "takes off",
            "blast off",
            "升空",
            "升起",
            "上升",
            "起飞",
            "发射",
        ],
    ),
    (
        Action::Talk,
        &[
            "talk",
            "speak",
            "sing",
            "sings",
            "chat",
            "argue",
            "whisper",
            "laugh",
            "interview",
            "说话",
            "唱歌",
            "歌唱",
            "聊天",
            "交谈",
            "谈话",
            "大笑",
            "演讲",
        ],
    ),
    (Action::Swim, &["swim", "dive", "snorkel", "游泳", "游动", "游", "潜水"]),
    (Action::Play, &["play", "frolic", "romp", "pounce", "玩耍", "嬉戏", "玩", "嬉闹"]),
    (Action::Jump, &["jump", "leap", "hop", "bounce", "skip", "跳跃", "跳起", "跳", "蹦"]),
    (
        Action::Idle,
        &[
            "stand", "look", "watch", "gaze", "stare", "pose", "smile", "perch", "站着", "站立", "站",
            "看着", "凝视", "微笑",
        ],
    ),
];

const COLOURS: &[(Colour, &[&str])] = &[
    (Colour::Red, &["red", "crimson", "scarlet", "红色", "红"]),
    (Colour::Orange, &["orange", "ginger", "橙色", "橘色", "橘"]),
    (Colour::Yellow, &["yellow", "黄色", "黄"]),
    (Colour::Green, &["green", "emerald", "绿色", "绿"]),
    (Colour::Blue, &["blue", "azure", "蓝色", "蓝"]),
    (Colour::Purple, &["purple", "violet", "紫色", "紫"]),
    (Colour::Pink, &["pink", "粉色", "粉红色", "粉"]),
    (Colour::Brown, &["brown", "棕色", "褐色", "棕"]),
    (Colour::Black, &["black", "黑色", "黑"]),
    (Colour::White, &["white", "白色", "白"]),
    (Colour::Grey, &["gray", "grey", "silver", "灰色", "银色", "灰"]),
    (Colour::Golden, &["golden", "gold", "金色", "金"]),
];

const COUNTS: &[(u8, &[&str])] = &[
    (
        1,
        &[
            "one", "a", "an", "single", "lone", "1", "一只", "一个", "一条", "一匹", "一位", "一名", "一辆",
            "一艘", "一朵", "一棵", "一",
        ],
    ),
    (2, &["two", "pair of", "couple of", "2", "两只", "两个", "两条", "两匹", "两位", "两辆", "两"]),
    (3, &["three", "several", "some", "3", "三只", "三个", "三条", "三匹", "三", "几只", "几个"]),
    (4, &["four", "4", "四只", "四个", "四"]),
    (
        5,
        &[
            "five",
            "many",
            "group of",
            "flock of",
            "school of",
            "herd of",
            "crowd of",
            "五只",
            "五个",
            "五",
            "一群",
            "许多",
            "很多",
        ],
    ),
];

const SUNNY: &[&str] = &[
    "sunny",
    "sunlit",
    "sunshine",
    "sun",
    "sunlight",
    "阳光",
    "阳光明媚",
    "晴天",
    "晴朗",
    "太阳",
    "阳光下",
    "洒满阳光",
];
const YOUNG: &[&str] = &["baby", "young", "tiny", "little", "小"];
const OLD: &[&str] = &["old", "elderly", "aged", "ancient", "年老", "年迈", "老"];

/// What somebody holds or rests upon. Who reads holds a book.
const PROPS: &[(Prop, &[&str])] = &[
    (Prop::Umbrella, &["umbrella", "parasol", "雨伞", "伞", "撑伞", "打伞"]),
    (
        Prop::Book,
        &["book", "read", "reading", "novel", "newspaper", "书", "看书", "读书", "阅读", "书本", "报纸"],
    ),
    (
        Prop::Cup,
        &[
            "cup",
            "mug",
            "coffee",
            "tea",
            "drink",
            "cup of coffee",
            "cup of tea",
            "咖啡",
            "茶",
            "喝茶",
            "喝咖啡",
            "杯子",
        ],
    ),
    (Prop::Branch, &["branch", "twig", "bough", "枝头", "树枝", "枝"]),
];

/// Words between one shot and the next.
const NEXT: &[&str] = &[
    "then",
    "and then",
    "after that",
    "afterwards",
    "cut to",
    "next shot",
    "finally",
    "然后",
    "接着",
    "随后",
    "之后",
    "最后",
    "切到",
    "镜头切换",
    "镜头切到",
];

/// Words that tell the picture nothing it does not do anyway.
const NOTHING: &[&str] = &[
    "the",
    "of",
    "on",
    "in",
    "at",
    "is",
    "are",
    "and",
    "with",
    "while",
    "under",
    "over",
    "through",
    "into",
    "from",
    "to",
    "its",
    "it",
    "by",
    "for",
    "his",
    "her",
    "their",
    "this",
    "that",
    "as",
    "up",
    "down",
    "there",
    "around",
    "across",
    "along",
    "beside",
    "style",
    "lens",
    "shot",
    "scene",
    "film",
    "video",
    "camera",
    "look",
    "cute",
    "beautiful",
    "lovely",
    "slowly",
    "slow",
    "gently",
    "quickly",
    "very",
    "high quality",
    "4k",
    "8k",
    "hd",
    "realistic",
    "view",
    "light",
    "soft",
    "above",
    "outside",
    "smooth",
    "transition",
    "colorful",
    "colourful",
    "彩色",
    "世界",
    "远处",
    "远方",
    "桌上",
    "detailed",
    "风格",
    "镜头",
    "画面",
    "视频",
    "场景",
    "可爱",
    "美丽",
    "漂亮",
    "慢慢",
    "缓缓",
    "正在",
    "一起",
    "上面",
    "里面",
    "下面",
];

/// Chinese particles and measure words between meanings.
pub(super) const PARTICLES: &[&str] = &[
    "在", "中", "的", "着", "了", "里", "上", "下", "和", "与", "是", "地", "得", "有", "被", "把", "从",
    "向", "到", "只", "个", "条", "匹", "位", "辆", "艘", "片", "座", "朵", "棵", "间", "年", "色", "它",
    "他", "她", "这", "那", "时", "外", "边", "旁", "过",
];
