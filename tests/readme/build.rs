//! Writes the README as rustdoc tests it: with whole programs.

#[path = "src/program.rs"]
mod program;

use std::path::Path;
use std::{env, fs};

const README: &str = "../../README.md";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed={README}");
    println!("cargo::rerun-if-changed=src/program.rs");
    let readme = fs::read_to_string(README)?;
    let mut text = String::new();
    let mut lines = readme.lines();
    while let Some(line) = lines.next() {
        text += line;
        text.push('\n');
        let Some(info) = line.strip_prefix("```") else { continue };
        let block = lines.by_ref().take_while(|line| *line != "```");
        let block: String = block.flat_map(|line| [line, "\n"]).collect();
        let is_tested = matches!(info, "rust" | "rust,no_run");
        text += &if is_tested { program::program(info, &block) } else { block };
        text += "```\n";
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("README.md"), text)?;
    Ok(())
}
