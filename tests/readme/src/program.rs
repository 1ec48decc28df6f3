//! Makes a program of a block of the README, as its text describes. Readers see every line of a block, also on pages that do
//! not hide the lines with which rustdoc would complete it, so that they are added here.

/// What the first program of the README imports, and a function in which the other blocks run.
const START: &str = "use knock_reqwest::{Knock, Operation, workflows};
use serde_json::json;

async fn example(knock: &Knock) -> Result<(), Box<dyn std::error::Error>> {
";

/// Returns the code of a block as a whole program. `info` is the text after its fence: a block of `no_run` is the body of
/// an async function that is given a client, and any other block is run.
pub(crate) fn program(info: &str, text: &str) -> String {
    if text.contains("fn main()") {
        return text.to_owned();
    }
    let (start, end) = if info.ends_with("no_run") {
        (START, "fn main() {}\n")
    } else {
        ("fn main() -> Result<(), Box<dyn std::error::Error>> {\n", "")
    };
    format!("{start}{text}Ok(())\n}}\n{end}")
}
