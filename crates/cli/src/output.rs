//! What commands print on stdout: JSON for programs, tables for people. A reader that goes away (`| head`) ends the
//! command quietly.

use std::io::{ErrorKind, Write};

use comfy_table::presets;
use comfy_table::{ContentArrangement, Table};
use filmgate_domain::clock::Timestamp;
use serde::Serialize;

use crate::trouble::Trouble;

/// Prints `value` as indented JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Trouble> {
    let text = serde_json::to_string_pretty(value).map_err(|why| Trouble::new(format!("JSON: {why}")))?;
    self::text(text + "\n")
}

/// Prints `page` as it is.
pub(crate) fn text(page: impl AsRef<str>) -> Result<(), Trouble> {
    let mut out = std::io::stdout().lock();
    match out.write_all(page.as_ref().as_bytes()).and_then(|()| out.flush()) {
        Err(why) if why.kind() != ErrorKind::BrokenPipe => {
            Err(Trouble::new(format!("stdout cannot be written: {why}")))
        }
        _ => Ok(()),
    }
}

/// A table with headings, as wide as the terminal.
pub(crate) fn table<const N: usize>(
    headings: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(headings.map(str::to_uppercase));
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// A moment as people read it, UTC, to the second.
pub(crate) fn moment(moment: Timestamp) -> String {
    jiff::Timestamp::from_second(moment.seconds())
        .map_or_else(|_| moment.to_string(), |moment| moment.to_string())
}
