//! What goes wrong on the command line: one sentence that says what happened and what to do, and an exit code:
//! 1 for what went wrong, 2 for a command that was not understood, 130 for Ctrl-C.

use std::fmt;
use std::process::ExitCode;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Trouble {
    text: String,
    code: u8,
}

impl Trouble {
    /// Something went wrong; `text` says what, and what to do.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), code: 1 }
    }

    /// The command contradicts itself.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self { text: text.into(), code: 2 }
    }

    /// The person at the keyboard stopped it.
    pub(crate) fn interrupted(text: impl Into<String>) -> Self {
        Self { text: text.into(), code: 130 }
    }

    /// Says it on stderr.
    pub(crate) fn report(&self) -> ExitCode {
        eprintln!("filmgate: {}", self.text);
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}
