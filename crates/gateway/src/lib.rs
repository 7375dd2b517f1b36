//! filmgate-gateway
