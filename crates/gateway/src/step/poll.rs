//! Poll: ask the upstream how far it is, and write down what changed.

use filmgate_domain::lease::Claim;
use filmgate_domain::task::State;
use filmgate_engines::port::Progress;
use filmgate_store::Then;

use super::Stepped;
use crate::Gateway;

impl Gateway {
    pub(super) async fn poll(&self, claim: Claim, handle: &str) -> Stepped {
        let State::Running(running) = &claim.task.state else { return Ok(()) };
        let asked = match self.upstream(&running.attempt.upstream) {
            Ok(upstream) => upstream.engine.poll(handle).await,
            Err(error) => Err(error),
        };
        let state = claim.task.state.clone();
        match asked {
            Ok(Progress::Done) => self.advance(&claim, state.made()?).await,
            Ok(Progress::Working { percent, again_in }) => {
                let due = self.now() + again_in;
                if percent > running.percent {
                    self.store()
                        .record(&claim.lease, state.progressed(percent)?, None, Then::At(due))
                        .await?;
                } else {
                    self.store().release(&claim.lease, due).await?;
                }
                Ok(())
            }
            Err(error) => self.remedy(&claim, error).await,
        }
    }
}
