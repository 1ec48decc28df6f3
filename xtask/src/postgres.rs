//! `cargo xtask postgres`: the tests of the queue, and of the shop that uses it, on a real Postgres, in a cluster that
//! exists only for them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Result, test};

/// Where Debian's packages put the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// The variable by which the tests find the server.
const URL: &str = "KNOCK_JOBS_POSTGRES";
/// The tests of `knock-jobs`, and that of `axum-outbox`, which enables the feature `postgres`.
const TESTS: [&str; 6] = ["--test", "queue", "--test", "lossless", "--test", "shop"];

/// Runs the tests. If Postgres is missing, Debian's package is installed, for which it must be run by root.
pub(crate) fn run() -> Result<()> {
    let cluster = Cluster::start(&programs()?)?;
    passes(test::command().args(TESTS).env(URL, cluster.url()))
}

/// Returns the folder with `initdb` and `pg_ctl`.
fn programs() -> Result<PathBuf> {
    if let Some(found) = installed() {
        return Ok(found);
    }
    println!("Postgres is not installed. Installing Debian's package `postgresql`.");
    let apt = |arguments: &[&str]| {
        passes(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let install = ["install", "--yes", "--no-install-recommends", "postgresql"];
    let done = apt(&["update"]).and_then(|()| apt(&install));
    match (installed(), done) {
        (Some(found), _) => Ok(found),
        (None, Err(problem)) => Err(format!("Postgres is needed and cannot be installed: {problem}").into()),
        (None, Ok(())) => Err(format!("the package `postgresql` has no `initdb` in {DEBIAN}/*/bin").into()),
    }
}

/// Returns the newest version of Debian's packages, or what is in the path.
fn installed() -> Option<PathBuf> {
    let versions =
        std::fs::read_dir(DEBIAN).into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found: Vec<PathBuf> = versions.chain(std::env::split_paths(&path)).collect();
    found.retain(|folder| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file());
    found.into_iter().max_by_key(|folder| version(folder))
}

/// `15` of `/usr/lib/postgresql/15/bin`, and 0 of anything else.
fn version(folder: &Path) -> u32 {
    let version =
        folder.strip_prefix(DEBIAN).ok().and_then(|rest| rest.iter().next()?.to_str()?.parse().ok());
    version.unwrap_or_default()
}

/// A cluster in a temporary folder, which can be reached by a socket there. Dropping it stops and removes it.
struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
}

impl Cluster {
    fn start(programs: &Path) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("knock-postgres-{}", std::process::id()));
        std::fs::create_dir(&folder)?;
        let this = Self { programs: programs.to_owned(), folder };
        if is_root() {
            passes(Command::new("chown").arg("nobody").arg(&this.folder))?;
        }
        let data = this.data();
        passes(
            this.program("initdb").args(["--username", "knock", "--auth", "trust", "--no-sync"]).arg(&data),
        )?;
        let folder = this.folder.display();
        // The tests do not stop the machine, so that nothing needs to reach the disk.
        let options = format!("-k {folder} -c listen_addresses= -c fsync=off -c max_connections=200");
        let log = this.folder.join("log");
        let mut start = this.program("pg_ctl");
        start.arg("start").arg("--wait").arg("-D").arg(&data).arg("-l").arg(&log).args(["-o", &options]);
        passes(&mut start)
            .map_err(|problem| format!("{problem}\n{}", std::fs::read_to_string(&log).unwrap_or_default()))?;
        Ok(this)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn url(&self) -> String {
        format!("postgres://knock@localhost/postgres?host={}", self.folder.display())
    }

    /// Returns one of Postgres' programs, which refuse to be run by root.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(&self.folder).stdout(Stdio::null());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self
            .program("pg_ctl")
            .args(["stop", "--wait", "--mode", "immediate", "-D"])
            .arg(self.data())
            .status();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Whether this is root, whom Postgres refuses.
fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn passes(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| format!("{name} cannot be run: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} ended with {status}").into()) }
}
