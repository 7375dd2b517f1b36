//! filmgate-store
