//! What holds of the domain as a whole, and of the house it is the ground floor of.

mod house;
mod lifecycle;
