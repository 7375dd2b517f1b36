//! filmgate-engines
