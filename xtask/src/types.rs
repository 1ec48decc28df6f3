//! `cargo xtask types`: the types of the Knock directories in this repository.

use std::env;
use std::process::Command;

use crate::Result;
use crate::generate::Mode;
use crate::process::{cargo, passes};

/// The variable that names a `knock-types` that is built already.
const BUILT: &str = "KNOCK_TYPES";

/// The folder of each project, its file, and the crate that its types use.
const PROJECTS: &[(&str, &str, &str)] = &[
    ("examples/axum-outbox", "src/knock.rs", "knock_reqwest"),
    ("examples/quickstart", "src/knock.rs", "knock_reqwest"),
    ("tests/types", "src/knock.rs", "knock_core"),
];

/// Writes or checks the generated files, with the current sources or with the program that `KNOCK_TYPES` names.
pub(crate) fn run(mode: Mode) -> Result<()> {
    for (folder, file, sdk) in PROJECTS {
        let folder = crate::root().join(folder);
        let mut command = match env::var_os(BUILT) {
            Some(program) => Command::new(program),
            None => cargo(["run", "--quiet", "--package", "knock-types", "--"]),
        };
        command.arg("--knock-dir").arg(folder.join("knock"));
        command.arg("--out").arg(folder.join(file)).args(["--sdk", sdk]);
        if matches!(mode, Mode::Check) {
            command.arg("--check");
        }
        passes(command.current_dir(crate::root()).stderr(std::process::Stdio::inherit()))?;
    }
    Ok(())
}
