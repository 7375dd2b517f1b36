//! Poll: ask the upstream how far it is, and write down what changed. The longer a job takes the less often it is asked
//! after; a job that was taken is asked after for as long as a task may run, whatever goes wrong on the way.

use std::time::Duration;

use filmgate_domain::lease::Claim;
use filmgate_domain::task::State;
use filmgate_engines::port::Progress;
use filmgate_store::Then;

use super::Stepped;
use crate::Gateway;
use crate::health::next_look;

/// When to ask again while too many questions to the upstream are under way.
const CROWDED: Duration = Duration::from_millis(100);

impl Gateway {
    pub(super) async fn poll(&self, claim: Claim, handle: &str) -> Stepped {
        let State::Running(running) = &claim.task.state else { return Ok(()) };
        let name = &running.attempt.upstream;
        let health = self.board.health(name);
        // One upstream that hangs must not take the hands of all others.
        let hand = health.map(|health| health.hand(self.settings().running.div_ceil(2)));
        if let Some(None) = hand {
            return Ok(self.store().release(&claim.lease, self.now() + CROWDED).await?);
        }
        let upstream = match self.upstream(name) {
            Ok(upstream) => upstream,
            Err(error) => return self.remedy(&claim, error).await,
        };
        let asked = self.holding(&claim, upstream.engine.poll(handle)).await;
        let state = claim.task.state.clone();
        match asked {
            Ok(Progress::Done) => {
                if let Some(health) = health {
                    health.made_in(self.now().since(running.since));
                }
                self.advance(&claim, state.made()?).await
            }
            Ok(Progress::Working { percent, after }) => {
                let waited = self.now().since(running.since);
                let due = self.now() + next_look(upstream.engine.pace(), waited, after, self.chance());
                if percent > running.percent {
                    let state = state.progressed(percent)?;
                    self.store().record(&claim.lease, state, None, Then::At(due)).await?;
                } else {
                    self.store().release(&claim.lease, due).await?;
                }
                Ok(())
            }
            Err(error) => self.remedy(&claim, error).await,
        }
    }

    fn chance(&self) -> u8 {
        let mut drawn = [0];
        self.entropy().fill(&mut drawn);
        drawn[0]
    }
}
