//! filmgate-domain
