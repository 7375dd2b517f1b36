//! The executable `filmgate`.
fn main() {}
