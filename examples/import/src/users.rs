//! Users in a CSV file: a column `id`, the columns `name`, `email` and `phone_number` if there are any, and any other
//! columns as custom properties. An empty cell leaves the property as it is.

use std::fs::File;
use std::path::Path;

use csv::{Reader, StringRecord};
use knock_reqwest::users::UserRequest;

use crate::Problem;

/// Checks the file, and returns the number of users in it.
pub(crate) fn check(path: &Path) -> Result<u64, Problem> {
    let mut reader = open(path)?;
    let columns = reader.headers().map_err(|error| describe(path, &error))?.clone();
    let Some(id) = columns.iter().position(|name| name == "id") else {
        return Err(
            format!("{}, line 1: there is no column `id`; each user needs an id", path.display()).into()
        );
    };
    let mut count = 0;
    for row in reader.records() {
        let row = row.map_err(|error| describe(path, &error))?;
        if row.get(id).is_none_or(str::is_empty) {
            let line = row.position().map_or(0, csv::Position::line);
            let problem = "the column `id` is empty; each user needs an id";
            return Err(format!("{}, line {line}: {problem}", path.display()).into());
        }
        count += 1;
    }
    Ok(count)
}

/// Reads the users of a file that was checked. It ends early if the file changes and becomes invalid.
pub(crate) fn read(path: &Path) -> Result<impl Iterator<Item = UserRequest> + use<>, Problem> {
    let mut reader = open(path)?;
    let columns = reader.headers()?.clone();
    Ok(reader.into_records().map_while(Result::ok).map(move |row| user(&columns, &row)))
}

fn open(path: &Path) -> Result<Reader<File>, Problem> {
    let problem = |error| format!("{} cannot be read: {error}", path.display());
    let file = File::open(path).map_err(problem)?;
    Ok(csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file))
}

fn user(columns: &StringRecord, row: &StringRecord) -> UserRequest {
    let cells = || columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
    let id = cells().find(|(name, _)| *name == "id").map_or("", |(_, id)| id);
    cells().fold(UserRequest::new(id), |user, (name, cell)| match name {
        "id" => user,
        "name" => user.name(cell),
        "email" => user.email(cell),
        "phone_number" => user.phone_number(cell),
        other => user.property(other, cell),
    })
}

fn describe(path: &Path, error: &csv::Error) -> String {
    let line = error.position().map_or(1, csv::Position::line);
    let problem = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("there are {len} cells; as many as there are columns are needed, which is {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "the text is not UTF-8; save the file with this encoding".to_owned(),
        _ => error.to_string(),
    };
    format!("{}, line {line}: {problem}", path.display())
}
