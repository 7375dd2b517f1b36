//! Letting requests in, before any work is done for them: is there a key that works, has it asked too often, may it do
//! this. Whoever comes without one too often waits, address by address; a key that works is never made to wait for that.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use filmgate_contract::problem::Problem;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::limit::{Bucket, Rate};
use filmgate_gateway::limit::{Allowance, Exhausted, Use};
use quick_cache::sync::Cache;

use crate::ask;
use crate::exchange::Exchange;
use crate::routes::Need;

/// Addresses that are remembered at once; those that were not heard of for longest are forgotten first.
const MOST_ADDRESSES: usize = 16_384;

impl Exchange {
    /// Lets the request in if it brings what it needs. Asked a second time, it says the same and takes nothing.
    pub(crate) fn admit(&mut self, need: Need) -> Result<(), Problem> {
        let Need::Key(scope, of) = need else { return Ok(()) };
        if self.caller.is_some() {
            return Ok(());
        }
        let caller = ask::bearer(&self.head.headers).and_then(|secret| self.app.gateway.authenticate(secret));
        let caller = caller.ok_or_else(|| self.turn_away())?;
        self.caller = Some(Arc::clone(&caller));
        match self.app.gateway.admit(&caller, of) {
            Ok(allowance) => self.allowance = allowance.filter(|_| of == Use::Create),
            Err(Exhausted { allowance, whose }) => {
                self.allowance = Some(allowance);
                let what = if of == Use::Create { "creates" } else { "requests" };
                return Err(Problem::rate_limited(what, whose.as_str(), allowance.quota, allowance.window));
            }
        }
        if caller.may(scope) { Ok(()) } else { Err(Problem::forbidden(scope.as_str())) }
    }

    /// Why a request without a key that works is not let in.
    fn turn_away(&mut self) -> Problem {
        match self.app.strangers.came(self.address(), self.app.gateway.now()) {
            Ok(()) => Problem::unauthorized(),
            Err(allowance) => {
                self.allowance = Some(allowance);
                Problem::too_many_failures()
            }
        }
    }
}

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
    fn came(&self, address: IpAddr, now: Timestamp) -> Result<(), Allowance> {
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
