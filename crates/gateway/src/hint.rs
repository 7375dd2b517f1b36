//! Hints: an upstream says that something has happened to a job, at an address that nobody else can guess. What it says is
//! not believed; the job is asked after at once, and that is all. So a forged or repeated hint costs one question.

use filmgate_store::StoreError;

use crate::Gateway;

impl Gateway {
    /// Has the task looked at now whose address ends in `name`. Says whether there is such an address.
    pub async fn hint(&self, name: &str) -> Result<bool, StoreError> {
        let Some(task) = self.signer().check_hint(name) else { return Ok(false) };
        self.store().hasten(&task, self.now()).await?;
        Ok(true)
    }
}
