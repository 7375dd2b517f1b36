//! Leases: who may write to a task now. Every claim of a task gets a higher fence number; a write that comes with an
//! older number than the row has is refused, so a worker that was thought dead cannot undo its successor's work.

use crate::clock::Timestamp;
use crate::id::TaskId;
use crate::task::Task;

/// The number of a claim: rises by one each time a task is claimed or taken away from its worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence(pub i64);

/// The right to write to one task until it ends or somebody else claims it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Which task.
    pub task: TaskId,
    /// Under which number.
    pub fence: Fence,
    /// When others may claim it.
    pub until: Timestamp,
}

/// A claimed task: what a worker gets to do one step with.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The right to write.
    pub lease: Lease,
    /// The task as it was at the claim.
    pub task: Task,
    /// When the step was first tried since it last went well: where patience with it begins. Time spent waiting for
    /// the first try does not count.
    pub step_since: Timestamp,
    /// How often the step was put off after an error, or its submit was refused for now.
    pub retries: u32,
    /// How many attempts have begun so far.
    pub attempts: u32,
}
