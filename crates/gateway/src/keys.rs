//! Secrets: how one is made and known again. It is shown once and kept as its SHA-256; it carries 256 bits of chance, so
//! a slow hash would protect nothing.

use std::sync::Arc;

use filmgate_domain::id::Entropy;
use filmgate_domain::key::{Caller, SECRET_PREFIX};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::Gateway;

/// The account that a single operator's keys and tasks belong to.
pub const MAIN_ACCOUNT: &str = "main";

/// The shortest secret that is taken from outside, prefix included.
pub const SHORTEST_SECRET: usize = 11;
/// The longest secret that is looked at.
pub const LONGEST_SECRET: usize = 256;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A text that cannot be a key's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a key must begin with `fg_` and have {SHORTEST_SECRET} to {LONGEST_SECRET} characters, letters, digits, `-` and `_` only"
)]
pub struct InvalidSecret;

impl Gateway {
    /// Who shows `secret`, if it is a key that works now. One hash and one look into memory.
    pub fn authenticate(&self, secret: &str) -> Option<Arc<Caller>> {
        if secret.len() > LONGEST_SECRET || !secret.starts_with(SECRET_PREFIX) {
            return None;
        }
        let hash = hash(secret);
        let (kept, caller) = self.store().caller(&hash)?;
        (bool::from(kept.ct_eq(&hash)) && caller.works_at(self.now())).then_some(caller)
    }
}

/// 43 characters after the prefix: 256 bits of chance.
pub fn new_secret(entropy: &dyn Entropy) -> String {
    let mut secret = String::from(SECRET_PREFIX);
    while secret.len() < SECRET_PREFIX.len() + 43 {
        let mut chance = [0_u8; 64];
        entropy.fill(&mut chance);
        // 248 = 4 × 62: what lies above would favour the first digits.
        let fair = chance.iter().filter(|byte| **byte < 248).map(|byte| DIGITS[*byte as usize % 62] as char);
        secret.extend(fair.take(SECRET_PREFIX.len() + 43 - secret.len()));
    }
    secret
}

/// Whether `secret` may be a key's secret at all.
pub fn check_secret(secret: &str) -> Result<(), InvalidSecret> {
    let plain = secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let fits = (SHORTEST_SECRET..=LONGEST_SECRET).contains(&secret.len());
    if plain && fits && secret.starts_with(SECRET_PREFIX) { Ok(()) } else { Err(InvalidSecret) }
}

/// The first characters of a secret, to recognise it by.
pub(crate) fn hint(secret: &str) -> String {
    secret.chars().take(SECRET_PREFIX.len() + 4).collect()
}

pub(crate) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
