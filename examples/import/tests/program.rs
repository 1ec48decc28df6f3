//! Runs the program against an emulator, and kills it.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use knock_emulator::{DEFAULT_KEY, Emulator, Fault, Server};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// An emulator with a server, whose threads run beside the test, and a folder for the files of the program.
struct Knock {
    _runtime: Runtime,
    server: Server,
    folder: TempDir,
}

impl Knock {
    fn start() -> Self {
        let runtime = Runtime::new().expect("a runtime starts");
        let server = runtime.block_on(Server::start(Emulator::new(), ([127, 0, 0, 1], 0).into()));
        let folder = TempDir::new().expect("a folder can be made");
        Self { _runtime: runtime, server: server.expect("a port is free"), folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, text: &str) -> PathBuf {
        let path = self.file("users.csv");
        fs::write(&path, text).expect("the file can be written");
        path
    }

    fn import(&self, users: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_import"));
        command.arg(users).env("KNOCK_API_KEY", DEFAULT_KEY).env("KNOCK_BASE_URL", self.server.url());
        command.env("NO_PROXY", "127.0.0.1").env_remove("KNOCK_BRANCH");
        command
    }

    fn run(&self, users: &Path, options: &[&str]) -> Output {
        self.import(users).args(options).output().expect("the program runs")
    }

    /// The ids in each request that arrived.
    fn chunks(&self) -> Vec<Vec<String>> {
        let requests = self.server.emulator().requests();
        let imports = requests.iter().filter(|request| request.path == "/v1/users/bulk/identify");
        let ids = |body: &[u8]| {
            let body: Value = serde_json::from_slice(body).expect("a body is JSON");
            let users = body["users"].as_array().expect("a list of users").clone();
            users.iter().map(|user| user["id"].as_str().expect("an id").to_owned()).collect()
        };
        imports.map(|request| ids(&request.body)).collect()
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("the output is UTF-8").trim_end()
}

/// The id of a user of the large file. Knock refuses an id with a slash.
fn id(number: usize) -> String {
    if number % 997 == 5 { format!("refused/{number}") } else { format!("user-{number}") }
}

#[test]
fn users_are_imported_with_their_properties() {
    let knock = Knock::start();
    let users = knock.write("email,id,role\njohn@ingen.net,jhammond,owner\n,agrant,\n");
    let output = knock.run(&users, &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(text(&output.stdout), "2 users identified");
    let requests = knock.server.emulator().requests();
    let body: Value = serde_json::from_slice(&requests[0].body).expect("a body is JSON");
    let expected = r#"[{"id":"jhammond","email":"john@ingen.net","role":"owner"},{"id":"agrant"}]"#;
    assert_eq!(body["users"].to_string(), serde_json::from_str::<Value>(expected).expect("JSON").to_string());
}

#[test]
fn refused_users_are_printed() {
    let knock = Knock::start();
    let users = knock.write("id\na\nb/c\n");
    let output = knock.run(&users, &[]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let expected = "1 users identified\n1 refused\n  user 2, b/c: Knock refused the item without a reason";
    assert_eq!(text(&output.stdout), expected);
}

#[test]
fn a_file_that_is_no_list_of_users_names_its_line() {
    let knock = Knock::start();
    for (csv, problem) in [
        ("name,email\nJohn,j@ingen.net\n", "line 1: there is no column `id`; each user needs an id"),
        ("id,name\na,A\n,B\n", "line 3: the column `id` is empty; each user needs an id"),
        (
            "id,name\na,A\nb\n",
            "line 3: there are 1 cells; as many as there are columns are needed, which is 2",
        ),
    ] {
        let users = knock.write(csv);
        let output = knock.run(&users, &[]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert_eq!(text(&output.stderr), format!("import: {}, {problem}", users.display()));
    }
    let output = knock.run(Path::new("nowhere.csv"), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("import: nowhere.csv cannot be read: "), "{output:?}");
    assert!(knock.chunks().is_empty());
}

#[test]
fn a_revoked_key_ends_the_import_and_a_later_one_goes_on() {
    let knock = Knock::start();
    let users = knock.write("id\na\nb\n");
    let checkpoint = knock.file("checkpoint.json");
    let options = ["--checkpoint", checkpoint.to_str().expect("UTF-8")];
    knock.server.emulator().fault(Fault::status(401));
    let output = knock.run(&users, &options);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(text(&output.stderr).contains("users.bulk_identify: 401"), "{output:?}");
    let output = knock.run(&users, &options);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "2 users identified"));
}

#[test]
fn a_checkpoint_of_another_file_or_a_damaged_one_is_refused() {
    let knock = Knock::start();
    let users = knock.write("id\na\nb\n");
    let checkpoint = knock.file("checkpoint.json");
    let options = ["--checkpoint", checkpoint.to_str().expect("UTF-8")];
    knock.server.emulator().fault(Fault::status(422));
    assert_eq!(knock.run(&users, &options).status.code(), Some(1), "the chunk failed");

    let saved = fs::read_to_string(&checkpoint).expect("it was saved");
    for (text_of_file, csv, problem) in [
        (
            saved.clone(),
            "id\na\nc\n",
            "`checkpoint` is of another input: its first 2 items are not those of this one",
        ),
        (saved[..30].to_owned(), "id\na\nb\n", "cannot be read: "),
        (saved.replace("\"version\":1", "\"version\":9"), "id\na\nb\n", "the checkpoint has version 9"),
    ] {
        fs::write(&checkpoint, text_of_file).expect("the file can be written");
        let output = knock.run(&knock.write(csv), &options);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(text(&output.stderr).contains(problem), "{output:?}");
    }
    assert_eq!(knock.chunks().len(), 1);
}

#[test]
fn a_list_of_refused_users_that_is_gone_or_shorter_than_the_checkpoint_says_is_not_filled_up() {
    let knock = Knock::start();
    let users = knock.write("id\na/b\n");
    let (checkpoint, refused) = (knock.file("checkpoint.json"), knock.file("refused.csv"));
    let save = ["--checkpoint", checkpoint.to_str().expect("UTF-8")];
    let options = [save[0], save[1], "--refused", refused.to_str().expect("UTF-8")];
    knock.server.emulator().fault(Fault::status(422));
    assert_eq!(knock.run(&users, &options).status.code(), Some(1), "the chunk failed");
    let list = fs::read_to_string(&refused).expect("the list was begun");
    assert_eq!(list, "user,id,reason\n");

    let fails_with = |options: &[&str], problem: &str| {
        let output = knock.run(&users, options);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(text(&output.stderr).contains(problem), "{output:?}");
    };
    fails_with(&save, "the checkpoint is of an import with `--refused FILE`");
    fs::write(&refused, "user").expect("the file can be written");
    fails_with(&options, "has 4 bytes, but 15 of it belong to the checkpoint; bring the list");
    assert_eq!(fs::read_to_string(&refused).expect("a file"), "user");
    fs::remove_file(&refused).expect("the file can be removed");
    fails_with(&options, "has 0 bytes, but 15 of it belong to the checkpoint");
    assert!(!refused.exists());

    fs::write(&refused, list).expect("the file can be written");
    assert_eq!(knock.run(&users, &options).status.code(), Some(1), "a user is refused");
    let list = fs::read_to_string(&refused).expect("a file");
    assert_eq!(list, "user,id,reason\n1,a/b,Knock refused the item without a reason\n");
}

#[test]
fn an_import_that_is_killed_five_times_loses_nobody_and_lists_each_refused_user_once() {
    const USERS: usize = 15_500;
    let knock = Knock::start();
    let mut csv = "id,name\n".to_owned();
    for number in 0..USERS {
        writeln!(csv, "{},User {number}", id(number)).expect("a string grows");
    }
    let users = knock.write(&csv);
    let (checkpoint, refused) = (knock.file("checkpoint.json"), knock.file("refused.csv"));
    let options = [
        "--checkpoint",
        checkpoint.to_str().expect("UTF-8"),
        "--refused",
        refused.to_str().expect("UTF-8"),
        "--in-flight",
        "3",
    ];

    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is set");
    let mut random = now.subsec_nanos();
    println!("seed: {random}");
    for _ in 0..5 {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let before = knock.chunks().len();
        let mut child =
            knock.import(&users).args(options).stdout(Stdio::null()).spawn().expect("the program runs");
        // It is killed during the first or the second request, or up to 0.7 seconds after it. At one request per second, it
        // has many left then.
        let requests = 1 + (random >> 24) as usize % 2;
        while knock.chunks().len() < before + requests {
            assert!(child.try_wait().expect("a status").is_none(), "the program ended early");
            sleep(Duration::from_millis(5));
        }
        sleep(Duration::from_millis(u64::from(random >> 16) % 700));
        child.kill().expect("it can be killed"); // SIGKILL
        child.wait().expect("a status");
    }
    let output = knock.run(&users, &options);
    assert_eq!(output.status.code(), Some(1), "{output:?}");

    let expected: Vec<_> = (0..USERS).map(id).filter(|id| id.contains('/')).collect();
    let summary = format!("{} users identified\n{} refused", USERS - expected.len(), expected.len());
    assert_eq!(text(&output.stdout), summary);
    let arrived: BTreeSet<_> = knock.chunks().concat().into_iter().collect();
    assert_eq!(arrived, (0..USERS).map(id).collect());
    let list = fs::read_to_string(&refused).expect("the list was written");
    let listed: Vec<_> = list.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
    assert_eq!(listed, expected);
    assert!(!checkpoint.exists(), "it was removed at the end");
}
