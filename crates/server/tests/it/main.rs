//! The real server on a free port, over a real gateway and a real store in a temporary folder; a held clock, mixed
//! chance, and no worker, so that a task stands still until a test moves it. Requests are written by hand, byte for byte.

mod admin;
mod connections;
mod creating;
mod documents;
mod films;
mod hints;
mod keys;
mod limits;
mod listing;
mod money;
mod reading;
mod routing;
mod site;
mod watching;
