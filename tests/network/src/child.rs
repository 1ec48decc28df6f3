//! Tests in a process of their own, whose environment names the certificates to trust.

use std::path::PathBuf;
use std::process::Command;

use tokio::runtime::Runtime;

use crate::authority::Authority;

const TRUSTED: &str = "SSL_CERT_FILE";
const IS_CHILD: &str = "KNOCK_NETWORK_LAB";

/// Runs a test in a process that trusts only the authority of the lab.
///
/// # Panics
///
/// If the test fails.
pub fn alone<F: Future<Output = ()>>(name: &str, test: impl FnOnce(Authority) -> F) {
    alone_with(name, &[], test);
}

/// Runs a test like [`alone`], in a process with further variables.
///
/// # Panics
///
/// If the test fails.
pub fn alone_with<F: Future<Output = ()>>(
    name: &str,
    variables: &[(&str, &str)],
    test: impl FnOnce(Authority) -> F,
) {
    let file = std::env::temp_dir().join(format!("knock-network-lab-{name}-{}.pem", std::process::id()));
    if !is_child() {
        run(name, &file, variables);
        let _ = std::fs::remove_file(file);
        return;
    }
    let authority = Authority::new();
    let file = PathBuf::from(std::env::var_os(TRUSTED).expect("the parent sets it"));
    std::fs::write(file, authority.pem()).expect("the file can be written");
    runtime().block_on(test(authority));
}

/// Runs a test in a process on whose machine there are no CA certificates.
///
/// # Panics
///
/// If the test fails.
pub fn without_certificates<F: Future<Output = ()>>(name: &str, test: impl FnOnce() -> F) {
    if is_child() {
        runtime().block_on(test());
    } else {
        run(name, &PathBuf::from("/dev/null"), &[]);
    }
}

fn is_child() -> bool {
    std::env::var_os(IS_CHILD).is_some()
}

fn run(name: &str, trusted: &PathBuf, variables: &[(&str, &str)]) {
    let mut command = Command::new(std::env::current_exe().expect("the test has a file"));
    command.args([name, "--exact", "--nocapture"]).env(IS_CHILD, "1").env(TRUSTED, trusted);
    for name in ["SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.envs(variables.iter().copied());
    let status = command.status().expect("the test starts");
    assert!(status.success(), "`{name}` failed in its own process; its output is above");
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts")
}
