//! Strangers: who came without a key that works, and how often, address by address. The number of addresses that are
//! remembered is bounded.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use filmgate_domain::clock::Timestamp;
use filmgate_domain::limit::{Bucket, Rate};
use filmgate_gateway::limit::Allowance;
use quick_cache::sync::Cache;

/// Addresses that are remembered at once; those that were not heard of for longest are forgotten first.
const MOST_ADDRESSES: usize = 16_384;

/// Who came without a key that works, and how often.
pub(crate) struct Strangers {
    rate: Rate,
    buckets: Cache<IpAddr, Arc<Bucket>>,
}

impl Strangers {
    pub(crate) fn new(rate: Rate) -> Self {
        Self { rate, buckets: Cache::new(MOST_ADDRESSES) }
    }

    /// Counts one from `address`; what is left, when that is nothing.
    pub(crate) fn came(&self, address: IpAddr, now: Timestamp) -> Result<(), Allowance> {
        let bucket = self.buckets.get_or_insert_with(&network(address), || Ok::<_, Duration>(Arc::default()));
        let taken = bucket.and_then(|bucket| bucket.take(self.rate, now));
        taken.map(|_| ()).map_err(|resets_in| Allowance {
            of: "failure",
            quota: self.rate.quota().unwrap_or_default(),
            window: self.rate.window(),
            remaining: 0,
            resets_in,
        })
    }
}

/// What counts as one address: of IPv6 the network of 64 bits that a subscriber has.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_own_and_a_network_of_ipv6_shares_one() {
        let strangers = Strangers::new("2/m".parse().unwrap());
        let now = Timestamp::from_millis(1_800_000_000_000);
        let came = |address: &str| strangers.came(address.parse().unwrap(), now).is_ok();
        assert!(came("10.0.0.1") && came("::ffff:10.0.0.1") && !came("10.0.0.1") && came("10.0.0.2"));
        assert!(came("2001:db8::1") && came("2001:db8::2") && !came("2001:db8:0:0:f::3"));
        assert!(came("2001:db8:0:1::1"));
        let later = now + Duration::from_secs(30);
        assert!(strangers.came("10.0.0.1".parse().unwrap(), later).is_ok());
    }
}
