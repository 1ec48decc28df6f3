//! The list of the users that were refused, as a CSV file or printed at the end.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom};
use std::path::Path;

use knock_reqwest::bulk::{Chunk, Item};

use crate::Problem;
use crate::save::Saved;

/// How many are printed if there is no file.
const MAX_PRINTED: usize = 20;

/// The list of refused users.
#[derive(Debug)]
pub(crate) struct Refused {
    file: Option<csv::Writer<File>>,
    printed: Vec<String>,
    count: usize,
}

impl Refused {
    /// Opens the list. One that an earlier process began is cut back to what belongs to its checkpoint, so that nobody is
    /// listed twice.
    pub(crate) fn open(path: Option<&Path>, saved: Option<&Saved>) -> Result<Self, Problem> {
        let bytes = saved.map_or(0, |saved| saved.refused_bytes);
        if path.is_none() && bytes > 0 {
            return Err(
                "the checkpoint is of an import with `--refused FILE`; name the same file again".into()
            );
        }
        let file = path.map(|path| writer(path, bytes)).transpose()?;
        Ok(Self { file, printed: Vec::new(), count: 0 })
    }

    pub(crate) fn write(&mut self, chunk: &Chunk) -> Result<(), Problem> {
        for refused in &chunk.refused {
            let user = refused.item.index.map_or_else(String::new, |index| (index + 1).to_string());
            let (item, reason) = (&refused.item, refused.reason.to_string());
            match &mut self.file {
                Some(file) => file.write_record([&user, &item.id, &reason])?,
                None if self.printed.len() < MAX_PRINTED => {
                    self.printed.push(format!("{}: {reason}", described(item)));
                }
                None => {}
            }
            self.count += 1;
        }
        Ok(())
    }

    /// Writes the list to the disk, and returns its size in bytes.
    pub(crate) fn flush(&mut self) -> Result<u64, Problem> {
        let Some(file) = &mut self.file else { return Ok(0) };
        file.flush()?;
        file.get_ref().sync_data()?;
        Ok(file.get_ref().metadata()?.len())
    }

    pub(crate) fn print(&self) {
        for line in &self.printed {
            println!("  {line}");
        }
        if self.file.is_none() && self.count > MAX_PRINTED {
            println!("  and {} more; list them in a file with --refused FILE", self.count - MAX_PRINTED);
        }
    }
}

fn described(item: &Item) -> String {
    match item.index {
        Some(index) => format!("user {}, {}", index + 1, item.id),
        None if item.id.is_empty() => "a user that Knock does not name".to_owned(),
        None => format!("a user that is not in the file, {}", item.id),
    }
}

fn writer(path: &Path, bytes: u64) -> Result<csv::Writer<File>, Problem> {
    let found = fs::metadata(path).map_or(0, |file| file.len());
    if found < bytes {
        let problem = format!(
            "{} has {found} bytes, but {bytes} of it belong to the checkpoint; bring the list of refused users back, or \
             remove the checkpoint to begin anew",
            path.display()
        );
        return Err(problem.into());
    }
    let problem = |error| format!("{} cannot be written: {error}", path.display());
    let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(problem)?;
    file.set_len(bytes).map_err(problem)?;
    file.seek(SeekFrom::End(0)).map_err(problem)?;
    let mut writer = csv::Writer::from_writer(file);
    if bytes == 0 {
        writer.write_record(["user", "id", "reason"])?;
    }
    Ok(writer)
}
