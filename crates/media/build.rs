//! Refuses to build a slow encoder silently.
//!
//! On x86 the H.264 encoder is three times slower without its assembler half, and its own build script leaves that half
//! out with a mere warning when `nasm` is missing. So this script stops the build with a sentence that tells what to do.
//! `FILMGATE_ALLOW_SLOW_ENCODER=1` overrides it. What was decided is compiled in as `h264::BUILD`.

use std::env::var_os;
use std::process::{Command, Stdio};

/// The encoder release that openh264-sys2 carries; a test compares it with what the library says of itself.
const OPENH264: &str = "openh264 2.7.0";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=FILMGATE_ALLOW_SLOW_ENCODER");
    println!("cargo:rerun-if-env-changed=OPENH264_NO_ASM");

    let arch = var_os("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    let needs_nasm = arch == "x86_64" || arch == "x86";
    let has_assembler = if needs_nasm {
        var_os("OPENH264_NO_ASM").is_none() && nasm_runs()
    } else {
        arch == "aarch64" || arch == "arm"
    };
    let slow_is_fine = var_os("FILMGATE_ALLOW_SLOW_ENCODER").is_some_and(|value| value == "1");
    assert!(
        has_assembler || !needs_nasm || slow_is_fine,
        "\n\nThe H.264 encoder needs the assembler `nasm`, which is not on PATH (or OPENH264_NO_ASM is set).\n\
         Without it every film takes three times as long. Run `make deps`, then `cargo clean -p openh264-sys2`,\n\
         and build again; or set FILMGATE_ALLOW_SLOW_ENCODER=1 to build the slow encoder on purpose.\n"
    );
    let half = if has_assembler { "with assembler" } else { "without assembler (slow)" };
    println!("cargo:rustc-env=FILMGATE_H264_BUILD={OPENH264} {half}");
}

fn nasm_runs() -> bool {
    Command::new("nasm")
        .arg("-v")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
