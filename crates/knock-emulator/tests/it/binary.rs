use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

pub(crate) fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_knock-emulator"))
}

#[test]
fn arguments() {
    // The words of the system.
    let missing = std::fs::read("/nonexistent/file").unwrap_err();
    let empty = std::env::temp_dir().join(format!("knock-emulator-{}-empty", std::process::id()));
    std::fs::write(&empty, "").unwrap();
    let empty = empty.to_str().unwrap();
    let state = format!("the state file /nonexistent/file cannot be used: {missing}");
    let seed = format!("the seed /nonexistent/file: {missing}");
    let list = format!("/nonexistent/file: {missing}");
    for (arguments, works, expected) in [
        (&["--help"][..], true, "--workflow"),
        (&["--rate-limits", "--help"], true, "--rate-limits"),
        (&["--version"], true, "knock-emulator 0."),
        (&["--port", "99999"], false, "99999"),
        (&["--port"], false, "--port"),
        (&["--host", "somewhere"], false, "somewhere"),
        (&["--quick"], false, "--quick"),
        (&["extra"], false, "extra"),
        (&["--latency", "soon"], false, "soon"),
        (&["--signing-key", "/nonexistent/file"], false, list.as_str()),
        (&["--signing-key", "Cargo.toml"], false, "BEGIN PUBLIC KEY"),
        (&["--state", "/nonexistent/file"], false, &state),
        (&["--seed", "/nonexistent/file"], false, &seed),
        (&["--webhook", "ftp://service.test"], false, "does not begin with `http://`"),
        (&["--webhooks", "/nonexistent/file"], false, &list),
        (&["--smtp", "mailpit"], false, "`mailpit` is not a host with a port"),
        (&["--smtp", ":1025"], false, "is not a host"),
        (&["--smtp", "[::1]:0"], false, "is not a host"),
        (&["--seed", empty], false, &format!("the seed {empty}: EOF")),
    ] {
        let output = command().args(arguments).output().unwrap();
        let printed = if works { output.stdout } else { output.stderr };
        let printed = String::from_utf8(printed).unwrap();
        assert_eq!(output.status.success(), works, "{arguments:?}");
        assert!(printed.contains(expected), "{printed}");
    }
    std::fs::remove_file(empty).unwrap();
}

/// A running program, and what it has printed.
struct Program {
    child: Child,
    addr: String,
    printed: Vec<String>,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child =
            command().args(["--port", "0"]).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let printed: Vec<String> = lines.take(12).map(Result::unwrap).collect();
        let addr = printed[0].split("http://").nth(1).and_then(|rest| rest.split(' ').next());
        Self { addr: addr.unwrap().to_owned(), child, printed }
    }

    fn request(&self, head: &str) -> String {
        let mut stream = TcpStream::connect(&self.addr).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn it_prints_its_url_and_responds() {
    let program = Program::start(&["--workflow", "known"]);
    let response = program.request("GET /_emulator/health HTTP/1.0\r\n\r\n");
    assert!(response.contains(" 200 OK") && response.contains("\"ok\""), "{response}");
    let [first, second, inbox, rest @ ..] = program.printed.as_slice() else {
        panic!("{:?}", program.printed)
    };
    assert!(first.contains("development only"), "{first}");
    assert!(second.contains("sk_test_emulator") && second.contains("pk_test_emulator"), "{second}");
    assert_eq!(*inbox, format!("Inbox: http://{}/", program.addr));
    let page = program.request("GET / HTTP/1.0\r\n\r\n");
    assert!(page.contains(" 200 OK") && page.contains("text/html"), "{page}");
    let expected = [
        "Workflows: 1, webhook endpoints: 0",
        "State: in memory",
        "Seed: none",
        "Other API keys: 0",
        "Web pages: those on this machine",
        "Rate limits: off",
        "Latency: 0 ms",
        "Enhanced security: off",
        "Emails also go to: nowhere",
    ];
    assert_eq!(rest, expected);
}

#[test]
fn it_prints_what_is_on_without_secrets() {
    let folder = std::env::temp_dir().join(format!("knock-emulator-{}-settings", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let seed = path("seed.json", r#"{"users": [{"id": "u"}]}"#);
    let webhooks = path("webhooks.json", r#"[{"url": "http://127.0.0.1:1", "secret": "whsec_mine"}]"#);
    let key = path("key.pem", include_str!("../../../../tests/wire/record/keys/test-key-pkcs8.pem"));
    let state = folder.join("state").to_str().unwrap().to_owned();
    // In this order, too, the header is left out.
    let program = Program::start(&[
        "--no-retry-after",
        "--rate-limits",
        "--latency",
        "20",
        "--signing-key",
        &key,
        "--key",
        "sk_secret",
        "--allow-origin",
        "https://app.example",
        "--seed",
        &seed,
        "--state",
        &state,
        "--webhooks",
        &webhooks,
        "--smtp",
        "127.0.0.1:9",
    ]);
    let expected = [
        "Workflows: any, webhook endpoints: 1".to_owned(),
        format!("State: {state}"),
        format!("Seed: {seed}"),
        "Other API keys: 1".to_owned(),
        "Web pages: those on this machine, https://app.example".to_owned(),
        "Rate limits: those of Knock, without retry-after".to_owned(),
        "Latency: 20 ms".to_owned(),
        "Enhanced security: on, public keys need a signed user token".to_owned(),
        "Emails also go to: 127.0.0.1:9".to_owned(),
    ];
    assert_eq!(program.printed[3..], expected);
    let printed = program.printed.concat();
    for secret in ["sk_secret", "whsec_mine", "PRIVATE"] {
        assert!(!printed.contains(secret), "{printed}");
    }
    // Only the limit of 1 request per second is exceeded for sure, on a slow machine as well.
    let mut refused = None;
    for _ in 0..100 {
        let response = program.request(
            "POST /v1/users/bulk/delete HTTP/1.0\r\nauthorization: Bearer sk_test_emulator\r\n\
             content-type: application/json\r\ncontent-length: 18\r\n\r\n{\"user_ids\":[\"a\"]}",
        );
        if response.contains(" 429 ") {
            refused = Some(response);
            break;
        }
    }
    let refused = refused.expect("the limits are on").to_ascii_lowercase();
    assert!(!refused.contains("retry-after"), "{refused}");
    drop(program);
    std::fs::remove_dir_all(&folder).unwrap();
}
