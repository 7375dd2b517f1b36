//! The two doors through which time and chance come into the program. Nothing else in the workspace looks at the
//! system's clock or asks it for randomness.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use filmgate_domain::clock::{Clock, Timestamp};
use filmgate_domain::id::Entropy;
use filmgate_gateway::Doors;

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives randomness");
    }
}

/// The system's clock and randomness.
pub(crate) fn system() -> Doors {
    Doors { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy) }
}
