//! `cargo xtask test`: the tests that run on this system.

use std::process::Command;

use crate::process::{cargo, passes};
use crate::{Result, root};

/// Optional features with tests. The system's own TLS is not among them, since it would replace rustls in other tests.
const FEATURES: &str = "knock-jobs/opentelemetry,knock-reqwest/chrono,knock-reqwest/rsa,knock-reqwest/tracing,\
                        knock-reqwest/uuid";
/// Members of the workspace that use what other systems lack: on Linux alone, `SSL_CERT_FILE` names the certificates to
/// trust, and only Unix has limits of processes, signals and valgrind.
const NOT_PORTABLE: &[(&str, bool)] =
    &[("network-tests", cfg!(target_os = "linux")), ("bench-*", cfg!(unix))];

/// Runs the tests with options of `cargo test`.
pub(crate) fn run(options: &[&str]) -> Result<()> {
    passes(command().args(options))
}

/// `cargo test` of everything that runs here. Every command has the same features, so nothing is compiled twice.
pub(crate) fn command() -> Command {
    let mut test = cargo(["test", "--workspace", "--features", FEATURES]);
    for (package, _) in NOT_PORTABLE.iter().filter(|(_, runs_here)| !runs_here) {
        test.args(["--exclude", package]);
    }
    test.current_dir(root());
    test
}
