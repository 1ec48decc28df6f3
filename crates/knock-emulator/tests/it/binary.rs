use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_knock-emulator"))
}

#[test]
fn arguments() {
    for (arguments, works, expected) in [
        (&["--help"][..], true, "--workflow"),
        (&["--rate-limits", "--help"], true, "--rate-limits"),
        (&["--version"], true, "knock-emulator 0."),
        (&["--port", "99999"], false, "99999"),
        (&["--port"], false, "--port"),
        (&["--host", "somewhere"], false, "somewhere"),
        (&["--quick"], false, "--quick"),
        (&["extra"], false, "extra"),
        (
            &["--state", "/nonexistent/state"],
            false,
            "the state file /nonexistent/state cannot be used: No such",
        ),
        (&["--seed", "/nonexistent/seed"], false, "the seed /nonexistent/seed: No such"),
        (&["--webhook", "https://service.test"], false, "does not begin with `http://`"),
        (&["--webhooks", "/nonexistent/list"], false, "/nonexistent/list: No such"),
        (&["--seed", "/dev/null"], false, "the seed /dev/null: EOF"),
    ] {
        let output = command().args(arguments).output().unwrap();
        let printed = if works { output.stdout } else { output.stderr };
        let printed = String::from_utf8(printed).unwrap();
        assert_eq!(output.status.success(), works, "{arguments:?}");
        assert!(printed.contains(expected), "{printed}");
    }
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
