//! filmgate-contract
