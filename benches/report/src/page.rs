//! The generated blocks of the page. The prose between them is left as it is.

use crate::layout::TABLES;
use crate::limits::Limits;
use crate::plots::Plot;
use crate::results::Results;
use crate::{Result, tables};

/// The blocks: name, tables, and plots.
const BLOCKS: &[(&str, &[&str], &[&str])] = &[
    ("core", &["core"], &["core"]),
    ("load", &["load"], &["load-requests", "load-cpu"]),
    ("growth", &["growth in flight", "growth recipients", "growth messages"], &["growth"]),
    ("bulk", &["bulk import", "bulk trigger"], &[]),
    ("tokens", &["tokens"], &["tokens"]),
    ("worker", &["worker", "worker start"], &["worker"]),
    ("spin", &["spin", "spin start"], &["spin"]),
    ("builds", &["builds"], &[]),
];

const NOTHING: &str = "Not measured yet.";

/// Returns the page with all blocks generated.
pub(crate) fn written(page: &str, results: &Results, limits: &Limits, plots: &[Plot]) -> Result<String> {
    let machines = tables::machines(results).unwrap_or_else(|| NOTHING.to_owned());
    let mut page = replace(page, "machine", &machines)?;
    page = replace(&page, "limits", &tables::limits(limits, results))?;
    for (name, of_tables, of_plots) in BLOCKS {
        let images = plots.iter().filter(|plot| of_plots.contains(&plot.name)).map(Plot::image);
        let of_block = TABLES.iter().filter(|table| of_tables.contains(&table.name));
        let tables = of_block.filter_map(|table| tables::table(table, results));
        let content: Vec<String> = images.chain(tables).collect();
        let content = if content.is_empty() { NOTHING.to_owned() } else { content.join("\n\n") };
        page = replace(&page, name, &content)?;
    }
    Ok(page)
}

/// Replaces the content of a block.
fn replace(page: &str, name: &str, content: &str) -> Result<String> {
    let (begin, end) = (format!("<!-- begin {name} -->"), format!("<!-- end {name} -->"));
    let missing = || format!("the page has no block {begin} … {end}");
    let (before, rest) = page.split_once(&begin).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&end).ok_or_else(missing)?;
    Ok(format!("{before}{begin}\n{content}\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_content_of_a_block_is_replaced() {
        let page = "a\n<!-- begin x -->\nold\n<!-- end x -->\nb\n";
        let once = replace(page, "x", "new").unwrap();
        assert_eq!(once, "a\n<!-- begin x -->\nnew\n<!-- end x -->\nb\n");
        assert_eq!(replace(&once, "x", "new").unwrap(), once);
        replace(page, "y", "new").unwrap_err();
        replace("<!-- end x --><!-- begin x -->", "x", "new").unwrap_err();
    }
}
