//! Blocks of addresses, as operators write them: `10.0.0.0/8`, `::1/128`, a single address. An IPv4 address in IPv6
//! clothes counts as what it is.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A block of addresses, as `10.0.0.0/8`, `::1/128` or a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    base: IpAddr,
    bits: u8,
}

/// A text that is no address block.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address block; write an address or CIDR such as 127.0.0.1, 10.0.0.0/8 or fd00::/8")]
pub struct InvalidBlock(String);

impl FromStr for Block {
    type Err = InvalidBlock;

    fn from_str(text: &str) -> Result<Self, InvalidBlock> {
        let invalid = || InvalidBlock(text.to_owned());
        let (base, bits) =
            text.trim().split_once('/').map_or((text.trim(), None), |(base, bits)| (base, Some(bits)));
        let base: IpAddr = base.parse().map_err(|_| invalid())?;
        let width = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(width), str::parse).map_err(|_| invalid())?;
        if bits > width { Err(invalid()) } else { Ok(Self { base, bits }) }
    }
}

impl fmt::Display for Block {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.base, self.bits)
    }
}

impl Block {
    /// Whether `address` lies in the block; an IPv4 address in IPv6 clothes counts as what it is.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                same_prefix(u128::from(base.to_bits()) << 96, u128::from(address.to_bits()) << 96, self.bits)
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                same_prefix(base.to_bits(), address.to_bits(), self.bits)
            }
            _ => false,
        }
    }
}

fn same_prefix(one: u128, other: u128, bits: u8) -> bool {
    bits == 0 || (one ^ other) >> (128 - u32::from(bits)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_holds_what_shares_its_first_bits() {
        let holds =
            |block: &str, address: &str| block.parse::<Block>().unwrap().contains(address.parse().unwrap());
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("0.0.0.0/0", "203.0.113.9") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("127.0.0.1", "::ffff:127.0.0.1") && !holds("127.0.0.1", "127.0.0.2"));
        assert!(
            holds("fd00::/8", "fdff::1") && !holds("fd00::/8", "fe00::1") && holds("::/0", "2001:db8::1")
        );
        assert_eq!("10.0.0.1".parse::<Block>().unwrap().to_string(), "10.0.0.1/32");
    }

    #[test]
    fn what_is_no_block_is_refused_with_its_text() {
        for text in ["", "x", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0/8", "localhost"] {
            assert_eq!(text.parse::<Block>(), Err(InvalidBlock(text.to_owned())));
        }
    }
}
