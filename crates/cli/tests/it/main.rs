//! The executable as its users meet it: started, spoken to, stopped, killed. Everything here runs the real binary.

mod browser;
mod chain;
mod chaos;
mod config;
mod crash;
mod examples;
mod generate;
mod help;
mod hosted;
mod http;
mod keys;
mod money;
mod process;
mod serve;
mod simulated;
