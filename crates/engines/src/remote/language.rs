//! The closed language of description files: [`Path`]s into an answer, [`Condition`]s on it, [`Template`]s for what is
//! sent. It reads values and writes values; it has no loops but one (`each`), no functions and no state, so a file can
//! be wrong but cannot run away.

mod condition;
mod path;
mod template;

pub(super) use condition::{AnyOf, Condition};
pub(super) use path::{First, Path};
pub(super) use template::{Made, Node, Scope, Template, Value, plain};

/// Lets a type that is written as one string be read from a file, with the parser's own complaint.
macro_rules! written_as_text {
    ($type:ty) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
use written_as_text;

/// One or several, as a file may write it.
fn one_or_more<'de, T, D>(from: D) -> Result<Vec<T>, D::Error>
where
    T: std::str::FromStr<Err = String>,
    D: serde::Deserializer<'de>,
{
    struct Texts<T>(std::marker::PhantomData<T>);

    impl<'de, T: std::str::FromStr<Err = String>> serde::de::Visitor<'de> for Texts<T> {
        type Value = Vec<T>;

        fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            out.write_str("a string or a list of strings")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Vec<T>, E> {
            Ok(vec![text.parse().map_err(E::custom)?])
        }

        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut all = Vec::new();
            while let Some(text) = list.next_element::<String>()? {
                all.push(text.parse().map_err(serde::de::Error::custom)?);
            }
            Ok(all)
        }
    }

    from.deserialize_any(Texts(std::marker::PhantomData))
}
