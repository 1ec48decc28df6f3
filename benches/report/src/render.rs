//! Writing of the page and its plots from the results.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::limits::Limits;
use crate::parts::ROOT;
use crate::plots::{self, Plot};
use crate::results::Results;
use crate::{Result, page};

fn page_file() -> PathBuf {
    Path::new(ROOT).join("BENCHMARKS.md")
}

/// Writes the page and all plots.
pub(crate) fn write() -> Result<()> {
    let (page, plots) = rendered(&Results::read()?)?;
    fs::write(page_file(), page)?;
    for name in plots::NAMES {
        let file = Path::new(ROOT).join(plots::file(name));
        match plots.iter().find(|plot| plot.name == name) {
            Some(plot) => {
                fs::create_dir_all(file.parent().unwrap_or(&file))?;
                fs::write(file, &plot.svg)?;
            }
            None => remove(&file)?,
        }
    }
    Ok(())
}

fn remove(file: &Path) -> Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Returns the page and its plots for these results.
fn rendered(results: &Results) -> Result<(String, Vec<Plot>)> {
    let plots = plots::all(results)?;
    let page = page::written(&fs::read_to_string(page_file())?, results, &Limits::read()?, &plots)?;
    Ok((page, plots))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_and_its_plots_are_current() {
        let (page, plots) = rendered(&Results::read().unwrap()).unwrap();
        let stale = "run `cargo xtask bench --render`";
        assert!(fs::read_to_string(page_file()).unwrap() == page, "BENCHMARKS.md is stale: {stale}");
        for name in plots::NAMES {
            let wanted = plots.iter().find(|plot| plot.name == name).map(|plot| plot.svg.clone());
            let there = fs::read_to_string(Path::new(ROOT).join(plots::file(name))).ok();
            assert!(there == wanted, "the plot {name} is stale: {stale}");
        }
    }

    const RESULTS: &str = include_str!("../tests/results.json");

    #[test]
    fn results_become_tables_and_plots() {
        let results: Results = serde_json::from_str(RESULTS).unwrap();
        let (page, plots) = rendered(&results).unwrap();
        for wanted in [
            "- core, load: on 2026-01-02, A CPU with 2 cores, An OS; Rust 1.95.0, Node 20.20.2, Python 3.12.1",
            "| parse | **knock-core** | 1,040 | 1.04 | 7 | 2,048 | 1.00 |\n|  | by hand | 1,000 | 1 | 6 | 2,048 | 1 |",
            "| 1 in flight | **knock-reqwest** | 20,000 | 0.99 (0.97–1.00) | 8.00 (7.50–8.40) | 40.0 | 1.02 (1.01–1.03) |",
            "![Requests per second, by client](benches/plots/load-requests.svg)",
            "| load, 1 in flight: knock-reqwest, requests per second | 0.990 (0.970–1.000) | ≥ 0.97 × reqwest |",
            "<!-- begin tokens -->\nNot measured yet.\n<!-- end tokens -->",
        ] {
            assert!(page.contains(wanted), "{wanted} is not in {page}");
        }
        assert_eq!(
            plots.iter().map(|plot| plot.name).collect::<Vec<_>>(),
            ["load-requests", "load-cpu", "core"]
        );
        assert!(plots[0].svg.contains("knock-reqwest"), "{}", plots[0].svg);
    }
}
