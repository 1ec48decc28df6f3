//! `bench-load`: the command line.
#![allow(clippy::print_stderr, clippy::print_stdout)]

use std::process::ExitCode;

use bench_load::drive::{Driver, Template};
use bench_load::measure::{self, Cost};
use bench_load::options::Options;
use bench_load::{Result, bulk, runner, server, subject};

const USAGE: &str = "\
bench-load [run] [--rounds N] [--only SUBSTRING]
    measures everything, or what has SUBSTRING in `table/case/subject`, and prints one sample per line
bench-load bulk [--rounds N] [--only SUBSTRING]
    the same for bulk runs with many items
bench-load serve [--until-stdin-closes]
    serves on a free port of the loopback interface; the first line of output is the URL
bench-load spin [--until-stdin-closes]
    keeps a core awake
bench-load subject NAME --url URL LOAD [--recipients N | --messages N]
    measures one client in Rust: knock-reqwest, reqwest or hyper
bench-load bulk-subject NAME --url URL (--users N | --recipients N)
    measures one bulk run: knock-reqwest or reqwest
bench-load drive URL LOAD [--method M] [--header 'name: value']... [--body FILE]
    measures a server; any response other than 2xx is an error

LOAD is --in-flight N --warm-up-ms A --duration-ms B
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    let command = arguments.next_if(|argument| !argument.starts_with('-'));
    let command = command.unwrap_or_else(|| "run".to_owned());
    match Options::read(arguments).and_then(|options| run(&command, options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("bench-load: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &str, options: Options) -> Result<()> {
    match command {
        "run" => runner::run(options.rounds.unwrap_or(5), options.only.as_deref().unwrap_or_default()),
        "bulk" => bulk::run(options.rounds.unwrap_or(3), options.only.as_deref().unwrap_or_default()),
        "bulk-subject" => print(&measure_bulk(&options)?),
        "serve" => serve(&options),
        "spin" => spin(&options),
        "subject" => print(&measure_subject(&options)?),
        "drive" => print(&drive(options)?.throughput),
        _ => Err(USAGE.into()),
    }
}

fn print(outcome: &impl serde::Serialize) -> Result<()> {
    println!("{}", serde_json::to_string(outcome)?);
    Ok(())
}

fn serve(options: &Options) -> Result<()> {
    exit_when_told(options);
    server::run(|url| println!("{url}"))
}

fn spin(options: &Options) -> ! {
    exit_when_told(options);
    loop {
        std::hint::spin_loop();
    }
}

/// Exits when stdin closes, if asked to: the parent process may be killed before it can stop this one.
fn exit_when_told(options: &Options) {
    if options.until_stdin_closes {
        std::thread::spawn(|| {
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            std::process::exit(0);
        });
    }
}

fn measure_subject(options: &Options) -> Result<Cost> {
    let name = options.target.as_deref().ok_or("the subject's name is missing")?;
    let url = options.url.as_deref().ok_or("--url is missing")?;
    subject::run(name, url, options.work(), options.load()?)
}

fn measure_bulk(options: &Options) -> Result<bulk::Cost> {
    let name = options.target.as_deref().ok_or("the subject's name is missing")?;
    let url = options.url.as_deref().ok_or("--url is missing")?;
    let work = match (options.users, options.recipients) {
        (Some(count), None) => bulk::Work::Import(count),
        (None, Some(count)) => bulk::Work::Trigger(count as u64),
        _ => return Err("either --users or --recipients is needed".into()),
    };
    bulk::measure(name, url, work)
}

fn drive(options: Options) -> Result<Cost> {
    let load = options.load()?;
    let mut template = Template::new(&options.target.ok_or("the URL is missing")?)?;
    if let Some(method) = options.method {
        template.method = method.parse()?;
    }
    for header in options.headers {
        template.add_header(&header)?;
    }
    if let Some(file) = options.body {
        template.body = std::fs::read(file)?.into();
    }
    measure::run(|| Ok(Driver::new(template)), load)
}
