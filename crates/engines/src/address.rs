//! Which addresses a stranger's URL may lead to: public ones, and those the operator names. Everything that could be
//! this machine, this network or a cloud's metadata service is refused, in IPv4, in IPv6, and in IPv4 dressed as IPv6.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use filmgate_domain::address::Block;

/// Public addresses, and the blocks the operator allows besides.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    allowed: Vec<Block>,
}

impl Policy {
    /// Public addresses and `allowed`.
    pub const fn new(allowed: Vec<Block>) -> Self {
        Self { allowed }
    }

    /// Whether a connection to `address` may be made.
    pub fn permits(&self, address: IpAddr) -> bool {
        self.allowed.iter().any(|block| block.contains(address)) || is_public(address)
    }
}

fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Everything but the special-purpose blocks of the IANA IPv4 registry.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || a == 100 && (64..128).contains(&b)
        || (a, b, c) == (192, 0, 0)
        || address.is_documentation()
        || (a, b, c) == (192, 88, 99)
        || a == 198 && (b == 18 || b == 19)
        || a >= 224)
}

/// Global unicast (`2000::/3`) without the documentation and tunnel blocks; a tunnel to an IPv4 address is judged by it.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let part = address.segments();
    let inner = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match part {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => is_public_v4(inner(high, low)),
        [0x2001, second, ..] => second >= 0x200 && second != 0xdb8,
        [0x3fff, second, ..] => second >= 0x1000,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_machine_and_network_are_refused() {
        let policy = Policy::default();
        let refused = "127.0.0.1 127.8.8.8 0.0.0.0 10.1.2.3 172.16.0.1 172.31.255.255 192.168.0.1 169.254.169.254 \
             100.64.0.1 192.0.0.8 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 255.255.255.255 ::1 :: \
             fe80::1 fc00::1 fd12::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 2002:7f00:1:: \
             2001:db8::1 2001::1 3fff::1 ::127.0.0.1 fec0::1";
        for text in refused.split_whitespace() {
            assert!(!policy.permits(text.parse().unwrap()), "{text}");
        }
        for text in "1.1.1.1 8.8.8.8 172.32.0.1 100.128.0.1 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808"
            .split(' ')
        {
            assert!(policy.permits(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn the_operator_can_allow_blocks() {
        let policy = Policy::new(vec!["127.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]);
        assert!(
            policy.permits("127.0.0.1".parse().unwrap())
                && policy.permits("::ffff:127.0.0.1".parse().unwrap())
        );
        assert!(policy.permits("fd12::1".parse().unwrap()) && !policy.permits("fc12::1".parse().unwrap()));
        assert!(!policy.permits("10.0.0.1".parse().unwrap()));
    }
}
