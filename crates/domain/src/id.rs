//! Names of things. An id is opaque to clients, sorts by time of birth, and cannot be guessed: 48 bits of
//! milliseconds, then 80 bits of chance, in 26 lower-case Crockford base-32 digits.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::request::Dialect;

/// Where chance comes from. Only the executable owns the system's; tests pass a counting one.
pub trait Entropy: Send + Sync + 'static {
    /// Fills `bytes` with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// Longest text accepted as an id from outside, in bytes.
pub const MAX_LEN: usize = 64;

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// 26 base-32 digits: 48 bits of `now`, 80 bits of chance.
pub fn mint(now: Timestamp, entropy: &dyn Entropy) -> String {
    let mut chance = [0_u8; 10];
    entropy.fill(&mut chance);
    let mut value = u128::from(now.millis().cast_unsigned() & 0xffff_ffff_ffff) << 80;
    for (place, byte) in chance.iter().enumerate() {
        value |= u128::from(*byte) << (72 - 8 * place);
    }
    (0..26).map(|digit| DIGITS[(value >> (125 - 5 * digit)) as usize & 31] as char).collect()
}

/// Whether `text` could be an id of ours: `^[A-Za-z0-9][A-Za-z0-9._-]*$`, at most [`MAX_LEN`] bytes.
pub fn well_formed(text: &str) -> bool {
    text.len() <= MAX_LEN
        && text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident, $prefix:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// Takes a text read from storage or the wire as it is; see [`well_formed`] for what clients may send.
            pub fn from_text(text: impl Into<Box<str>>) -> Self {
                Self(text.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
    ($(#[$doc:meta])* $name:ident minted $prefix:expr) => {
        named!($(#[$doc])* $name, $prefix);
        impl $name {
            /// A new one.
            pub fn mint(now: Timestamp, entropy: &dyn Entropy) -> Self {
                Self(format!("{}{}", $prefix, mint(now, entropy)).into())
            }
        }
    };
}

named!(
    /// A task, as the client knows it: `sora_…` or `video_…`.
    TaskId, "");
named!(
    /// One try of a task at one upstream. Upstreams that can, dedupe by it.
    AttemptId minted "att_");
named!(
    /// A stored result.
    ArtifactId minted "film_");
named!(
    /// An API key, by its public name (never the secret).
    KeyId minted "key_");
named!(
    /// Who owns tasks, keys and money.
    AccountId minted "acct_");

impl TaskId {
    /// A new id in the words of `dialect`.
    pub fn mint(dialect: Dialect, now: Timestamp, entropy: &dyn Entropy) -> Self {
        Self(format!("{}{}", dialect.id_prefix(), mint(now, entropy)).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ones;
    impl Entropy for Ones {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0xff);
        }
    }

    #[test]
    fn ids_are_26_digits_sort_by_time_and_are_well_formed() {
        let early = mint(Timestamp::from_millis(1_700_000_000_000), &Ones);
        let late = mint(Timestamp::from_millis(1_700_000_000_001), &Ones);
        assert_eq!(early, "01hf7yat00zzzzzzzzzzzzzzzz");
        assert!(early < late);
        assert!(well_formed(&format!("sora_{early}")));
        assert!(
            !well_formed("_x") && !well_formed("") && !well_formed("a/b") && !well_formed(&"a".repeat(65))
        );
    }
}
