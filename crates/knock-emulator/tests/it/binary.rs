use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

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
        (&["--webhook", "https://service.test"], false, "does not begin with `http://`"),
        (&["--webhooks", "/nonexistent/file"], false, &list),
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

#[test]
fn it_prints_its_url_and_responds() {
    let mut child =
        command().args(["--port", "0", "--workflow", "known"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let second = lines.next().unwrap().unwrap();
    let rest = [lines.next().unwrap().unwrap(), lines.next().unwrap().unwrap()];
    let addr = first.split("http://").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.write_all(b"GET /_emulator/health HTTP/1.0\r\n\r\n").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(first.contains("development only"), "{first}");
    assert!(second.contains("sk_test_emulator") && second.contains("pk_test_emulator"), "{second}");
    assert_eq!(rest, ["Workflows: 1, webhook endpoints: 0", "State: in memory"]);
    assert!(response.contains(" 200 OK") && response.contains("\"ok\""), "{response}");
}
