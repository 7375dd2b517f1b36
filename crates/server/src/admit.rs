//! Letting requests in, before any work is done for them: is there a key that works, has it asked too often, may it do
//! this. Whoever comes without one too often waits, address by address; a key that works is never made to wait for that.

use std::sync::Arc;

use filmgate_contract::problem::Problem;
use filmgate_gateway::limit::{Exhausted, Use};

use crate::ask;
use crate::exchange::Exchange;
use crate::routes::Need;

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
