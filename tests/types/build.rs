//! Generates types for every schema of the JSON Schema Test Suite, and a function that tries data with each.

use std::env;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use knock_types::{Options, Source, Workflow, generate};
use serde_json::{Value, json};

const CASES: &str = "suite/cases.json";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={CASES}");
    let cases: Value = serde_json::from_str(&fs::read_to_string(CASES)?)?;
    let cases = cases.as_array().ok_or("the cases are no list")?;
    let mut source = Source::default();
    let mut arms = String::new();
    for (index, case) in cases.iter().enumerate() {
        source.workflows.push(Workflow {
            key: format!("s{index}"),
            schema: Some(as_data(&case["schema"])),
            ..Workflow::default()
        });
        writeln!(arms, "        {index} => attempt::<suite::S{index}>(data),")?;
    }
    // typify panics on what it does not know, and would print each of them.
    std::panic::set_hook(Box::new(|_| {}));
    let generated = generate(&source, &Options::new().sdk("knock_core"))?;
    let warned: Vec<_> = generated.warnings.iter().map(|warning| &warning.subject[1..]).collect();
    let tries = format!(
        "/// The cases of which a part is any value.\n\
         const WARNED: &[usize] = &[{}];\n\n\
         #[allow(clippy::too_many_lines)]\n         fn try_case(index: usize, data: &Value) -> Result<Value, String> {{\n    match index {{\n{arms}\
         \x20       _ => Err(\"no such case\".to_owned()),\n    }}\n}}\n",
        warned.join(", ")
    );
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("suite.rs"), generated.code)?;
    fs::write(Path::new(&out).join("tries.rs"), tries)?;
    Ok(())
}

/// Data of triggers is an object: the case is a member of it.
fn as_data(schema: &Value) -> Value {
    let mut inner = schema.clone();
    let draft = inner.as_object_mut().and_then(|schema| schema.remove("$schema"));
    move_references(&mut inner);
    let mut data = json!({ "type": "object", "required": ["value"], "properties": { "value": inner } });
    if let Some(draft) = draft {
        data["$schema"] = draft;
    }
    data
}

/// Lets references to the schema itself point to where it is now.
fn move_references(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            for (keyword, value) in object {
                match value {
                    Value::String(reference) if keyword == "$ref" => {
                        if let Some(pointer) =
                            reference.strip_prefix('#').filter(|to| to.is_empty() || to.starts_with('/'))
                        {
                            *reference = format!("#/properties/value{pointer}");
                        }
                    }
                    other => move_references(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(move_references),
        _ => {}
    }
}
