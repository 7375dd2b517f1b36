//! filmgate-server
