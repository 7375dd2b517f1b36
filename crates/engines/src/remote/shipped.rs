//! The description files that are compiled in, by name.

use super::description::{Description, DescriptionError};

macro_rules! shipped {
    ($($name:literal),+ $(,)?) => {
        /// Every file with its name, in the order they are listed.
        pub const SHIPPED: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../upstreams/", $name, ".toml")))),+];
    };
}

shipped![
    "filmgate",
    "sglang",
    "vllm-omni",
    "openai",
    "azure",
    "ark",
    "google",
    "dashscope",
    "dashscope-2.6",
    "fal",
    "replicate",
    "kling",
    "minimax",
    "minimax-h3",
    "runway",
    "luma",
    "xai",
    "kyy",
    "kyy-v2",
];

/// The text of the file called `name`.
pub fn text(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The file called `name`, read.
pub fn find(name: &str) -> Option<Result<Description, DescriptionError>> {
    text(name).map(Description::parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read() {
        for (name, text) in SHIPPED {
            Description::parse(text).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        }
    }

    #[test]
    fn a_bad_file_is_refused_with_line_and_reason() {
        let good = text("xai").unwrap();
        for (from, to, near, reason) in [
            ("about = ", "abuot = ", "abuot", "unknown field `abuot`"),
            ("{prompt}", "{promt}", "{promt}", "there is no `{promt}`"),
            ("{seconds}", "{seconds + }", "{seconds + }", "has no name where one is expected"),
            ("http = 404", "http is 404", "http is", "is no condition"),
            ("state = \"status\"", "state = \"a..b\"", "a..b", "is no path"),
            ("class = \"failed\"", "class = \"bad\"", "= \"bad\"", "unknown variant `bad`"),
            ("frames = 1", "frames = 3", "[can]", "`frames` must be"),
        ] {
            let bad = good.replacen(from, to, 1);
            let wrong = Description::parse(&bad).unwrap_err();
            assert!(wrong.reason.contains(reason), "{from}: {wrong}");
            let line = bad.lines().position(|line| line.contains(near)).unwrap() + 1;
            assert_eq!(wrong.line, line, "{from}: {wrong}");
        }
    }
}
