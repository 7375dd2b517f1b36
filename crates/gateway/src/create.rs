//! Create a task. The id is given out after the commit that holds it; inline references are bytes on disk before that.
//!
//! The seed comes from the request's fingerprint, so the same request makes the same film on the same build.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use filmgate_domain::id::{TaskId, mint};
use filmgate_domain::key::{Caller, Scope};
use filmgate_domain::media::{BlobKey, MediaSource};
use filmgate_domain::money::Micros;
use filmgate_domain::request::{Guidance, VideoRequest};
use filmgate_domain::task::{State, Task};
use filmgate_store::{Cell, Created, Idempotency, Terms};
use sha2::{Digest, Sha256};

use crate::read::require;
use crate::{Gateway, Refusal};

/// Base-64 digits that are decoded at a time: a multiple of four.
const PIECE: usize = 128 * 1024;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

impl Gateway {
    /// Creates the task that `request` asks for, or answers with the one that `idempotency_key` has made already.
    pub async fn create(
        &self,
        caller: &Caller,
        mut request: VideoRequest,
        idempotency_key: Option<String>,
    ) -> Result<Arc<Cell>, Refusal> {
        let price = self.price(caller, &request)?;
        self.permit(caller, &request)?;
        self.possible(&request)?;
        let now = self.now();
        let id = TaskId::mint(request.dialect, now, self.entropy());
        let fingerprint = fingerprint(&request);
        let written = self.store_inline(&id, &mut request).await?;
        let task = Task {
            id,
            account: caller.account.id.clone(),
            key: caller.key.id.clone(),
            created: now,
            price,
            seed: u64::from_le_bytes(fingerprint[..8].try_into().unwrap_or_default()),
            inputs: Vec::new(),
            state: State::new(request.guidance != Guidance::Text),
            translation: None,
            request,
        };
        let idempotency = idempotency_key.map(|key| Idempotency { key, fingerprint });
        let created = self.store().create(task, idempotency, self.terms(caller)).await;
        if !matches!(created, Ok(Created::New(_))) {
            self.discard(&written).await;
        }
        match created? {
            Created::New(cell) | Created::Replayed(cell) => Ok(cell),
            Created::Conflict => Err(Refusal::IdempotencyConflict),
            Created::Denied(denial) => Err(denial.into()),
        }
    }

    /// What the task costs the caller, who may ask for it.
    pub(crate) fn price(&self, caller: &Caller, request: &VideoRequest) -> Result<Micros, Refusal> {
        require(caller, Scope::Create)?;
        if caller.account.suspended.is_some() {
            return Err(Refusal::Suspended);
        }
        if !caller.key.may_use(&request.model) {
            let (model, allowed) = (request.model.clone(), caller.key.models.clone().unwrap_or_default());
            return Err(Refusal::Model { model, allowed });
        }
        let model = self.parts.models.get(&request.model);
        let model = model.ok_or_else(|| Refusal::Internal(format!("no model `{}`", request.model)))?;
        Ok(caller.account.price(model, request.seconds, model.resolution(request.size)))
    }

    /// What the caller may have in flight and spend, besides its balance.
    fn terms(&self, caller: &Caller) -> Terms {
        let settings = self.settings();
        Terms {
            account_in_flight: caller.account.limits.or(settings.account_limits).most_in_flight(),
            key_in_flight: caller.key.limits.or(settings.key_limits).most_in_flight(),
            budget: caller.key.budget,
        }
    }

    /// Writes every inline reference to a blob and lets the request point there.
    async fn store_inline(&self, id: &TaskId, request: &mut VideoRequest) -> Result<Vec<BlobKey>, Refusal> {
        let mut written = Vec::new();
        for (place, source) in request.guidance.references_mut().into_iter().enumerate() {
            let MediaSource::Inline(text) = source else { continue };
            let blob = self.input_blob(id, place);
            let stored = self.decode_into(&blob, text).await;
            if let Err(refusal) = stored {
                self.discard(&written).await;
                return Err(refusal);
            }
            written.push(blob.clone());
            *source = MediaSource::Stored(blob);
        }
        Ok(written)
    }

    async fn decode_into(&self, blob: &BlobKey, text: &Bytes) -> Result<(), Refusal> {
        let mut writer = self.store().blobs().create(blob).await?;
        for piece in text.chunks(PIECE) {
            let bytes = BASE64
                .decode(piece)
                .map_err(|why| Refusal::InvalidMedia(format!("a data: URL is not valid base64: {why}")))?;
            writer.write(bytes.into()).await?;
        }
        writer.finish().await?;
        Ok(())
    }

    /// A fresh name for the snapshot of reference `place` of `task`.
    pub(crate) fn input_blob(&self, task: &TaskId, place: usize) -> BlobKey {
        let tail = mint(self.now(), self.entropy()).into();
        BlobKey::Input { task: task.clone(), place: u16::try_from(place).unwrap_or(u16::MAX), tail }
    }

    /// Removes blobs that nothing will refer to. What cannot be removed now is the sweep's.
    pub(crate) async fn discard(&self, blobs: &[BlobKey]) {
        for blob in blobs {
            if let Err(error) = self.store().blobs().delete(blob).await {
                tracing::warn!(%blob, %error, "a blob could not be removed; the sweep will try again");
            }
        }
    }
}

/// The SHA-256 of everything the request says, each part with its length in front.
fn fingerprint(request: &VideoRequest) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    part(request.dialect.as_str().as_bytes());
    part(request.model.as_bytes());
    part(request.prompt.as_bytes());
    part(&request.seconds.to_le_bytes());
    part(request.size.to_string().as_bytes());
    for (kind, role, source) in request.guidance.references() {
        part(kind.to_string().as_bytes());
        part(role.as_bytes());
        match source {
            MediaSource::Url(url) => part(url.as_bytes()),
            MediaSource::Inline(text) => part(text),
            MediaSource::Stored(blob) => part(blob.to_string().as_bytes()),
        }
    }
    hash.finalize().into()
}
