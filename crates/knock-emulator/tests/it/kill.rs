//! The program with a state file: killed under load, and when the file cannot be written.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use knock_emulator::{DEFAULT_KEY, Emulator};

/// The number of times that the program is killed.
const KILLS: usize = 50;
/// The number of connections that create users.
const WRITERS: usize = 4;

struct Program {
    child: Child,
    addr: String,
}

impl Program {
    fn start(state: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_knock-emulator"));
        Self::spawn(command.args(["--port", "0", "--state"]).arg(state))
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let addr = first.split("http://").nth(1).and_then(|rest| rest.split(' ').next());
        Self { addr: addr.unwrap_or_else(|| panic!("{first}")).to_owned(), child }
    }

    fn kill(mut self) {
        // On Unix this is SIGKILL.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Creates a user. Returns whether the response arrived.
fn create(stream: &mut TcpStream, id: &str) -> bool {
    let body = format!(r#"{{"name": "{}"}}"#, "x".repeat(id.len() * 100));
    let request = format!(
        "PUT /v1/users/{id} HTTP/1.1\r\nhost: emulator\r\nauthorization: Bearer {DEFAULT_KEY}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut status = [0; 12];
    if stream.write_all(request.as_bytes()).is_err() || stream.read_exact(&mut status).is_err() {
        return false;
    }
    assert_eq!(&status, b"HTTP/1.1 200");
    let mut rest = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if rest.read_line(&mut line).unwrap_or(0) == 0 {
            return true;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            return rest.read_exact(&mut vec![0; length]).is_ok() || length > 0;
        }
    }
}

/// Creates users until the connection breaks. Returns how many were acknowledged.
fn write(addr: &str, prefix: &str, acknowledged: &AtomicUsize) -> usize {
    let Ok(mut stream) = TcpStream::connect(addr) else { return 0 };
    let mut count = 0;
    while create(&mut stream, &format!("{prefix}-{count}")) {
        count += 1;
        acknowledged.fetch_add(1, Ordering::Relaxed);
    }
    count
}

#[test]
fn what_was_acknowledged_survives_being_killed() {
    let state = std::env::temp_dir().join(format!("knock-emulator-{}-killed", std::process::id()));
    let _ = std::fs::remove_file(&state);
    let mut users: Vec<String> = Vec::new();
    for kill in 0..KILLS {
        let program = Program::start(&state);
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (addr, prefix) = (program.addr.clone(), format!("u-{kill}-{writer}"));
                let acknowledged = Arc::clone(&acknowledged);
                let thread = {
                    let prefix = prefix.clone();
                    std::thread::spawn(move || write(&addr, &prefix, &acknowledged))
                };
                (prefix, thread)
            })
            .collect();
        // Under load, and at another moment each time.
        while acknowledged.load(Ordering::Relaxed) < 1 + kill % 7 * 5 {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_micros(kill as u64 * 137 % 3_000));
        program.kill();
        for (prefix, thread) in writers {
            users.extend((0..thread.join().unwrap()).map(|number| format!("{prefix}-{number}")));
        }
    }
    let emulator = Emulator::builder().open(&state).unwrap();
    for user in &users {
        let request = http::Request::get(format!("/v1/users/{user}"))
            .header("authorization", format!("Bearer {DEFAULT_KEY}"))
            .body(bytes::Bytes::new())
            .unwrap();
        assert_eq!(emulator.handle(request, emulator.now()).status(), 200, "{user}");
    }
    assert!(users.len() >= KILLS);
    println!("{} users survived {KILLS} kills", users.len());
    std::fs::remove_file(&state).unwrap();
}

/// Sends a request with a key, and returns the status and the body.
fn call(addr: &str, method: &str, path: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(addr).unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {addr}\r\nauthorization: Bearer {DEFAULT_KEY}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    (response[9..12].parse().unwrap(), response)
}

#[test]
fn a_write_that_failed_halfway_is_undone() {
    let state = std::env::temp_dir().join(format!("knock-emulator-{}-full", std::process::id()));
    let _ = std::fs::remove_file(&state);
    // The file can have 4096 bytes, and what exceeds this is an error instead of a signal, as on a disk that is full.
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"])
        .arg(env!("CARGO_BIN_EXE_knock-emulator"));
    let program = Program::spawn(limited.args(["--port", "0", "--state"]).arg(&state));
    let put = |id: &str, length: usize| {
        let body = format!(r#"{{"name": "{}"}}"#, "x".repeat(length));
        call(&program.addr, "PUT", &format!("/v1/users/{id}"), &body)
    };
    assert_eq!(put("first", 10).0, 200);
    for (id, length) in [("large", 10_000), ("later", 10)] {
        let (status, response) = put(id, length);
        assert_eq!(status, 500, "{response}");
        assert!(response.contains("state_not_saved") && response.contains("started again"), "{response}");
    }
    assert_eq!(call(&program.addr, "GET", "/v1/users/first", "").0, 200);
    let kept = std::fs::read_to_string(&state).unwrap();
    assert!(kept.ends_with('\n') && kept.lines().count() == 2, "{kept}");

    assert_eq!(call(&program.addr, "POST", "/_emulator/reset", "").0, 204);
    assert_eq!(put("after", 10).0, 200);
    program.kill();
    let emulator = Emulator::builder().open(&state).unwrap();
    for (user, status) in [("first", 404), ("large", 404), ("later", 404), ("after", 200)] {
        let request = http::Request::get(format!("/v1/users/{user}"))
            .header("authorization", format!("Bearer {DEFAULT_KEY}"))
            .body(bytes::Bytes::new())
            .unwrap();
        assert_eq!(emulator.handle(request, emulator.now()).status(), status, "{user}");
    }
    drop(emulator);
    std::fs::remove_file(&state).unwrap();
}
