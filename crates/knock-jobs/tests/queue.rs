//! The queue with a worker in this process, against the emulator. The same tests run on SQLite and on Postgres.

mod support;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use knock_emulator::{Emulator, Fault, Server};
use knock_jobs::{Error, Job, Queue, Reason, Worker};
use knock_reqwest::{AnyTransport, Knock, Method, PreparedCall, UnixTime, custom, workflows};
use serde_json::json;
use sqlx::Pool;
use support::Database;

/// Far more than a slow machine needs.
const TOO_LONG: Duration = Duration::from_mins(2);

mod database {
    use crate::support::{self, on_database};

    on_database!(
        what_is_committed_is_sent_and_what_is_rolled_back_is_not,
        a_job_waits_as_long_as_the_server_asked_up_to_an_hour,
        a_failure_that_does_not_count_leaves_the_job_an_attempt,
        a_refused_call_is_a_dead_letter_and_can_be_sent_again,
        dead_letters_have_pages,
        a_dead_letter_can_be_discarded,
        an_expired_job_is_dropped,
        a_message_that_is_no_call_is_set_aside,
        the_error_of_a_job_is_one_line_that_any_database_stores,
        an_error_that_a_database_does_not_store_does_not_hold_its_job,
        an_unknown_outcome_is_set_aside,
        a_repeatable_call_is_sent_again_after_a_worker_died,
        a_call_that_is_not_repeatable_is_not_sent_again_after_a_worker_died,
        a_call_is_not_sent_after_its_key_has_expired,
        calls_that_were_refused_keep_their_key,
        a_call_waits_until_the_key_of_its_worker_is_right,
        a_job_is_given_up_after_its_last_attempt,
        a_dead_letter_is_not_sent_again_after_its_key_has_expired,
        the_jobs_of_an_order_are_sent_in_order,
        a_job_of_an_order_is_enqueued_as_a_whole,
        a_job_that_is_done_before_it_is_held_stays_done,
        a_dead_letter_does_not_hold_up_its_order,
        orders_without_jobs_are_forgotten,
        an_order_is_kept_while_a_transaction_enqueues_for_it,
        a_worker_that_stops_ends_what_it_began,
        a_worker_that_stops_leaves_no_transaction_open,
        a_job_runs_at_its_time,
        a_worker_survives_a_database_that_fails,
        a_job_at_which_workers_die_is_given_up,
        tables_that_are_missing_are_named,
        setting_up_twice_changes_nothing,
        invalid_options_are_refused,
    );
}

/// A queue, and a Knock.
struct Setting<DB: Database> {
    pool: Pool<DB>,
    queue: Queue<DB>,
    server: Server,
    knock: Knock,
}

impl<DB: Database> Setting<DB> {
    async fn new(url: &str) -> Self {
        let (pool, queue) = support::queue(url).await;
        let server =
            Server::start(Emulator::new(), ([127, 0, 0, 1], 0).into()).await.expect("a port is free");
        let knock = support::knock(&server.url());
        Self { pool, queue, server, knock }
    }

    fn emulator(&self) -> &Emulator {
        self.server.emulator()
    }

    fn trigger(&self, number: usize) -> PreparedCall {
        let trigger =
            workflows::trigger("order-confirmed").recipients(["jhammond"]).data(json!({ "order": number }));
        self.knock.prepare(&trigger).expect("a call")
    }

    /// A call that is not safe to repeat.
    fn unrepeatable(&self) -> PreparedCall {
        let path = "/v1/users/jhammond/messages";
        self.knock.prepare(&custom::request::<serde_json::Value>(Method::Post, path)).expect("a call")
    }

    async fn enqueue(&self, job: impl Into<Job>) -> String {
        let mut conn = self.pool.acquire().await.expect("a connection");
        self.queue.enqueue(&mut conn, job).await.expect("the job is stored")
    }

    async fn run(&self, sql: &str) {
        let mut conn = self.pool.acquire().await.expect("a connection");
        DB::run(&mut conn, sql).await;
    }

    fn worker(&self) -> Worker<DB, AnyTransport> {
        Worker::new(&self.queue, &self.knock).poll_interval(Duration::from_millis(20))
    }

    /// Runs a worker until nothing is waiting.
    async fn work(&self) {
        self.work_until(async || {
            let depth = self.queue.depth().await.expect("the depth");
            depth.waiting + depth.in_flight == 0
        })
        .await;
    }

    async fn work_until(&self, done: impl AsyncFn() -> bool) {
        let shutdown = poll(done);
        let run = run(self.worker(), shutdown);
        tokio::time::timeout(TOO_LONG, run).await.expect("the worker ends").expect("the worker runs");
    }

    /// The number of jobs that Knock may have acted on, as far as the queue knows.
    async fn marked_as_sent(&self) -> i64 {
        let sql = match DB::JOBS {
            "Jobs" => "SELECT count(metadata ->> 'knock_first_sent_at') FROM Jobs",
            _ => "SELECT count(metadata -> 'knock_first_sent_at') FROM apalis.jobs",
        };
        DB::number(&self.pool, sql).await
    }

    async fn only_dead_letter(&self) -> knock_jobs::DeadLetter {
        let mut letters = self.queue.dead_letters(10).await.expect("the dead letters");
        assert_eq!(letters.len(), 1, "{letters:?}");
        letters.remove(0)
    }
}

async fn run<DB: Database>(
    worker: Worker<DB, AnyTransport>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), Error> {
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let worker = tokio::spawn(worker.run_until(async {
        let _ = stopped.await;
    }));
    shutdown.await;
    let _ = stop.send(());
    worker.await.expect("the worker does not panic")
}

async fn poll(done: impl AsyncFn() -> bool) {
    while !done().await {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn now() -> UnixTime {
    SystemTime::now().into()
}

async fn what_is_committed_is_sent_and_what_is_rolled_back_is_not<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    let mut tx = setting.pool.begin().await.expect("a transaction");
    setting.queue.enqueue(&mut tx, setting.trigger(1)).await.expect("the job is stored");
    tx.commit().await.expect("the commit");
    let mut tx = setting.pool.begin().await.expect("a transaction");
    setting.queue.enqueue(&mut tx, setting.trigger(2)).await.expect("the job is stored");
    tx.rollback().await.expect("the rollback");

    let depth = setting.queue.depth().await.expect("the depth");
    assert_eq!((depth.waiting, depth.in_flight, depth.dead), (1, 0, 0));
    setting.work().await;
    let [run] = &setting.emulator().runs()[..] else { panic!("one run was expected") };
    assert_eq!(run.data["order"], 1);
    assert_eq!(setting.queue.remove_done(Duration::from_hours(1)).await.expect("nothing is removed"), 0);
    let done = format!("SELECT count(*) FROM {} WHERE status = 'Done'", DB::JOBS);
    assert_eq!(DB::number(&setting.pool, &done).await, 1);
}

async fn a_job_waits_as_long_as_the_server_asked_up_to_an_hour<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    let failed = format!("SELECT count(*) FROM {} WHERE status = 'Failed'", DB::JOBS);
    // The second is the time in milliseconds since 1970, as a proxy may send it.
    for (number, (asked, expected)) in [(1000, 1000), (1_790_000_000_000, 3600)].into_iter().enumerate() {
        setting.run(&format!("DELETE FROM {}", DB::JOBS)).await;
        setting.emulator().fault(Fault::status(429).retry_after(asked));
        setting.enqueue(setting.trigger(number)).await;
        setting.work_until(async || DB::number(&setting.pool, &failed).await == 1).await;
        let wait = DB::number(&setting.pool, DB::WAIT).await;
        assert!((expected - 100..=expected + 1).contains(&wait), "the job waits {wait} s");
        let attempts = format!("SELECT CAST(attempts AS bigint) FROM {}", DB::JOBS);
        assert_eq!(DB::number(&setting.pool, &attempts).await, 0, "a 429 does not count");
        assert_eq!(setting.emulator().requests().len(), number + 1);
    }
}

/// apalis counts an attempt when a worker stops or dies with the job in its buffer.
async fn a_failure_that_does_not_count_leaves_the_job_an_attempt<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    let failed = format!("SELECT count(*) FROM {} WHERE status = 'Failed'", DB::JOBS);
    setting.emulator().fault(Fault::status(429).retry_after(1000));
    for number in 1..=2 {
        setting.enqueue(Job::new(setting.trigger(number)).max_attempts(1).in_order_of("jhammond")).await;
    }
    setting.run(&format!("UPDATE {} SET attempts = 1", DB::JOBS)).await;
    setting.work_until(async || DB::number(&setting.pool, &failed).await == 1).await;
    let later = if DB::JOBS == "Jobs" { "2000" } else { "interval '2000 seconds'" };
    setting.run(&format!("UPDATE {} SET run_at = run_at - {later}", DB::JOBS)).await;

    // It is one more attempt, not as many as it takes.
    setting.emulator().fault(Fault::status(503).should_retry(true).always());
    setting.work_until(async || setting.queue.depth().await.expect("the depth").dead == 2).await;
    let letters = setting.queue.dead_letters(10).await.expect("the dead letters");
    assert!(letters.iter().all(|letter| letter.reason == Reason::GaveUp), "{letters:?}");
}

async fn a_refused_call_is_a_dead_letter_and_can_be_sent_again<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    setting.emulator().fault(Fault::status(404));
    let call = setting.trigger(1);
    let id = setting.enqueue(call.clone()).await;
    setting.work().await;
    let letter = setting.only_dead_letter().await;
    assert_eq!((&letter.id, letter.reason), (&id, Reason::Refused));
    assert!(letter.message.starts_with("workflows.trigger: 404 "), "{}", letter.message);
    assert_eq!(letter.call.as_ref(), Some(&call));
    assert!(now().since(letter.died_at) < Duration::from_hours(1), "{}", letter.died_at);
    assert_eq!(setting.emulator().triggers(), 0);

    assert!(setting.queue.send_again(&id).await.expect("the job is stored"));
    assert!(!setting.queue.send_again(&id).await.expect("nothing changes"), "it is no dead letter any more");
    setting.work().await;
    assert_eq!(setting.emulator().triggers(), 1);
    let requests = setting.emulator().requests();
    assert_eq!(requests[0].headers["idempotency-key"], requests[1].headers["idempotency-key"]);
    assert_eq!(setting.queue.depth().await.expect("the depth").dead, 0);
}

async fn dead_letters_have_pages<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    setting.emulator().fault(Fault::status(404).always());
    for number in 0..7 {
        setting.enqueue(setting.trigger(number)).await;
    }
    setting.work().await;
    let ids = |letters: &[knock_jobs::DeadLetter]| {
        letters.iter().map(|letter| letter.id.clone()).collect::<Vec<_>>()
    };
    let all = setting.queue.dead_letters(10).await.expect("the dead letters");
    assert_eq!(all.len(), 7, "{all:?}");

    let mut read = Vec::new();
    let mut page = setting.queue.dead_letters(3).await.expect("the dead letters");
    while let Some(last) = page.last() {
        read.extend(ids(&page));
        // A page may be dealt with before the next one is read.
        setting.queue.discard(&last.id).await.expect("the dead letter is removed");
        page = setting.queue.dead_letters_after(last, 3).await.expect("the dead letters");
    }
    assert_eq!(read, ids(&all));
}

async fn a_dead_letter_can_be_discarded<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    setting.emulator().fault(Fault::status(404));
    let dead = setting.enqueue(setting.trigger(1)).await;
    setting.work().await;
    let waiting = setting.enqueue(setting.trigger(2)).await;

    let other = setting.queue.clone().named("other");
    assert!(!other.discard(&dead).await.expect("nothing changes"), "it is in another queue");
    assert!(!setting.queue.discard(&waiting).await.expect("nothing changes"), "it is no dead letter");
    assert!(setting.queue.discard(&dead).await.expect("it is removed"));
    assert!(!setting.queue.discard(&dead).await.expect("nothing changes"), "it is gone");
    let depth = setting.queue.depth().await.expect("the depth");
    assert_eq!((depth.waiting, depth.dead), (1, 0));
}

async fn an_expired_job_is_dropped<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    setting.enqueue(Job::new(setting.trigger(1)).expires_at(UnixTime::from_secs(1_700_000_000))).await;
    let worker = setting.worker();
    let counters = worker.counters();
    let done = poll(async || counters.expired() == 1);
    run(worker, done).await.expect("the worker runs");
    assert_eq!(setting.emulator().requests().len(), 0);
    let done = format!("SELECT count(*) FROM {} WHERE status = 'Done'", DB::JOBS);
    assert_eq!(DB::number(&setting.pool, &done).await, 1);
}

async fn a_message_that_is_no_call_is_set_aside<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    let insert = |id: &str, text: &str| {
        format!(
            "INSERT INTO {} (job, id, job_type) VALUES ({}, '{id}', 'knock')",
            DB::JOBS,
            DB::message(text)
        )
    };
    setting.run(&insert("01J00000000000000000000001", "no JSON")).await;
    setting.run(&insert("01J00000000000000000000002", r#"{"version": 2}"#)).await;
    // apalis' worker would stop at an id that is not its own.
    setting.run(&insert("order-17", "{}")).await;
    setting.enqueue(setting.trigger(1)).await;
    setting.work().await;
    assert_eq!(setting.emulator().triggers(), 1);
    let letters = setting.queue.dead_letters(10).await.expect("the dead letters");
    let told: BTreeMap<_, _> =
        letters.iter().map(|letter| (letter.id.as_str(), letter.message.as_str())).collect();
    assert_eq!(told.len(), 3, "{letters:?}");
    assert!(letters.iter().all(|letter| letter.reason == Reason::NotACall && letter.call.is_none()));
    assert!(told["01J00000000000000000000001"].starts_with("expected "), "{told:?}");
    assert!(told["01J00000000000000000000002"].starts_with("`version` is 2"), "{told:?}");
    assert_eq!(told["order-17"], "the id is not a ULID");
}

async fn the_error_of_a_job_is_one_line_that_any_database_stores<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    let id = setting.enqueue(setting.trigger(1)).await;
    let name = format!("\0\n{}", "x".repeat(10_000));
    let mut call = json!(setting.trigger(1));
    call[name] = json!(1);
    let message = DB::message(&call.to_string());
    setting.run(&format!("UPDATE {} SET job = {message} WHERE id = '{id}'", DB::JOBS)).await;
    setting.work().await;
    let letter = setting.only_dead_letter().await;
    assert_eq!(letter.reason, Reason::NotACall);
    assert!(letter.message.starts_with("`  xxx"), "{}", letter.message);
    assert!(letter.message.ends_with("xxx…") && letter.message.len() < 4000, "{}", letter.message);
}

async fn an_error_that_a_database_does_not_store_does_not_hold_its_job<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    // SQLite stores any text.
    let is_postgres = DB::JOBS != "Jobs";
    if is_postgres {
        let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION 'unsupported Unicode escape sequence' USING ERRCODE = '22P05'; END $$;
            CREATE TRIGGER refuse BEFORE UPDATE ON apalis.jobs FOR EACH ROW
                WHEN (NEW.last_result::text LIKE '%404%') EXECUTE FUNCTION refuse()";
        setting.run(refuse).await;
    }
    setting.emulator().fault(Fault::status(404));
    setting.enqueue(setting.trigger(1)).await;
    setting.work().await;
    let letter = setting.only_dead_letter().await;
    assert_eq!(letter.reason, Reason::Refused);
    let expected =
        if is_postgres { "the database did not take the error" } else { "workflows.trigger: 404 " };
    assert!(letter.message.starts_with(expected), "{}", letter.message);
}

async fn an_unknown_outcome_is_set_aside<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    setting.emulator().fault(Fault::drop_after().always());
    setting.enqueue(setting.unrepeatable()).await;
    setting.work().await;
    assert_eq!(setting.only_dead_letter().await.reason, Reason::OutcomeUnknown);
    assert_eq!(setting.emulator().requests().len(), 1);
}

async fn a_repeatable_call_is_sent_again_after_a_worker_died<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    let call = setting.trigger(1);
    let key = call.idempotency_key().expect("a trigger has a key").to_owned();
    setting.enqueue(call).await;
    setting.run(&DB::set_metadata("knock_sending", "1")).await;
    setting.work().await;
    let [request] = &setting.emulator().requests()[..] else { panic!("one request was expected") };
    assert_eq!(request.headers["idempotency-key"], key);
}

async fn a_call_that_is_not_repeatable_is_not_sent_again_after_a_worker_died<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    setting.enqueue(setting.unrepeatable()).await;
    setting.run(&DB::set_metadata("knock_sending", "1")).await;
    setting.work().await;
    let letter = setting.only_dead_letter().await;
    assert_eq!(letter.reason, Reason::OutcomeUnknown);
    assert!(letter.message.starts_with("a worker stopped while it sent the call"), "{}", letter.message);
    assert_eq!(setting.emulator().requests().len(), 0);
}

async fn a_call_is_not_sent_after_its_key_has_expired<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    setting.enqueue(setting.trigger(1)).await;
    let a_day_ago = now().as_millis() - 24 * 60 * 60 * 1000;
    setting.run(&DB::set_metadata("knock_first_sent_at", &a_day_ago.to_string())).await;
    setting.work().await;
    let letter = setting.only_dead_letter().await;
    assert_eq!(letter.reason, Reason::KeyExpired);
    assert!(letter.message.starts_with("Knock forgets the idempotency key"), "{}", letter.message);
    assert_eq!(setting.emulator().requests().len(), 0);

    // Whoever sends it again has found out that Knock did not act.
    assert!(setting.queue.send_again(&letter.id).await.expect("the job is stored"));
    setting.work().await;
    assert_eq!(setting.emulator().triggers(), 1);
}

/// The key counts from the first time that Knock may have acted.
async fn calls_that_were_refused_keep_their_key<DB: Database>(url: &str) {
    for (fault, expected) in [
        (Fault::status(401).always(), 0),
        (Fault::status(403).always(), 0),
        (Fault::drop_before().always(), 1),
    ] {
        let setting = Setting::<DB>::new(url).await;
        setting.run(&format!("DELETE FROM {}", DB::JOBS)).await;
        setting.emulator().fault(fault);
        setting.enqueue(setting.trigger(1)).await;
        let failed = format!("SELECT count(*) FROM {} WHERE status = 'Failed'", DB::JOBS);
        setting.work_until(async || DB::number(&setting.pool, &failed).await == 1).await;
        assert_eq!(setting.marked_as_sent().await, expected);
    }
}

async fn a_call_waits_until_the_key_of_its_worker_is_right<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    let failed = format!("SELECT count(*) FROM {} WHERE status = 'Failed'", DB::JOBS);
    let attempts = format!("SELECT CAST(attempts AS bigint) FROM {}", DB::JOBS);
    let later = if DB::JOBS == "Jobs" { "4000" } else { "interval '4000 seconds'" };
    setting.emulator().fault(Fault::status(401).always());
    setting.enqueue(Job::new(setting.trigger(1)).max_attempts(1)).await;
    setting.run(&DB::set_metadata("knock_refusals", "10")).await;
    // 1024 s and 2048 s, minus jitter.
    for expected in [760..=1025, 1530..=2049] {
        setting.work_until(async || DB::number(&setting.pool, &failed).await == 1).await;
        let wait = DB::number(&setting.pool, DB::WAIT).await;
        assert!(expected.contains(&wait), "the job waits {wait} s");
        assert_eq!(DB::number(&setting.pool, &attempts).await, 0);
        setting.run(&format!("UPDATE {} SET run_at = run_at - {later}, status = 'Pending'", DB::JOBS)).await;
    }
    setting.emulator().clear_faults();
    setting.work().await;
    assert_eq!(setting.emulator().triggers(), 1);
}

async fn a_job_is_given_up_after_its_last_attempt<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    setting.emulator().fault(Fault::status(503).should_retry(true).always());
    setting.enqueue(Job::new(setting.trigger(1)).max_attempts(2)).await;
    setting.work().await;
    let letter = setting.only_dead_letter().await;
    assert_eq!((letter.reason, letter.attempts), (Reason::GaveUp, 1));
    assert!(letter.message.contains("503"), "{}", letter.message);
}

async fn a_dead_letter_is_not_sent_again_after_its_key_has_expired<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    setting.emulator().fault(Fault::status(503).should_retry(true).always());
    let id = setting.enqueue(Job::new(setting.trigger(1)).max_attempts(1)).await;
    setting.work().await;
    assert_eq!(setting.only_dead_letter().await.reason, Reason::GaveUp);
    let a_day_ago = now().as_millis() - 24 * 60 * 60 * 1000;
    setting.run(&DB::set_metadata("knock_first_sent_at", &a_day_ago.to_string())).await;
    setting.emulator().clear_faults();

    assert!(setting.queue.send_again(&id).await.expect("the job is stored"));
    setting.work().await;
    assert_eq!(setting.only_dead_letter().await.reason, Reason::KeyExpired);
    assert_eq!(setting.emulator().triggers(), 0);

    // One that Knock has surely not acted on has no such limit.
    setting.queue.discard(&id).await.expect("it is removed");
    setting.emulator().fault(Fault::status(409).always());
    let id = setting.enqueue(Job::new(setting.trigger(2)).max_attempts(1)).await;
    setting.work().await;
    let letter = setting.only_dead_letter().await;
    assert_eq!((&letter.id, letter.reason), (&id, Reason::GaveUp));
    assert_eq!(setting.marked_as_sent().await, 0);
}

async fn the_jobs_of_an_order_are_sent_in_order<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    // The first ones are retried, while the others wait.
    setting.emulator().fault(Fault::status(429).retry_after_ms(1).times(6));
    for number in 0..60 {
        let name = if number % 2 == 0 { "jhammond" } else { "agrant" };
        setting.enqueue(Job::new(setting.trigger(number)).in_order_of(name)).await;
    }
    setting.work().await;
    for name in 0..2 {
        let orders = setting.emulator().runs().into_iter().filter_map(|run| run.data["order"].as_u64());
        let sent: Vec<u64> = orders.filter(|order| order % 2 == name).collect();
        let expected: Vec<u64> = (0..60).filter(|order| order % 2 == name).collect();
        assert_eq!(sent, expected);
    }
}

async fn a_job_of_an_order_is_enqueued_as_a_whole<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    let job = |number| Job::new(setting.trigger(number)).in_order_of("jhammond");
    setting.enqueue(job(1)).await;
    let refuse = match DB::JOBS {
        "Jobs" => {
            "CREATE TRIGGER refuse BEFORE UPDATE ON Jobs WHEN NEW.status = 'Queued'
                BEGIN SELECT RAISE(ABORT, 'refused'); END"
        }
        _ => {
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION 'refused'; END $$;
            CREATE TRIGGER refuse BEFORE UPDATE ON apalis.jobs FOR EACH ROW
                WHEN (NEW.status = 'Queued') EXECUTE FUNCTION refuse()"
        }
    };
    setting.run(refuse).await;
    let mut conn = setting.pool.acquire().await.expect("a connection");
    setting.queue.enqueue(&mut conn, job(2)).await.expect_err("the job cannot be held");
    drop(conn);
    assert_eq!(setting.queue.depth().await.expect("the depth").waiting, 1);

    // The transaction around it goes on.
    let mut tx = setting.pool.begin().await.expect("a transaction");
    setting.queue.enqueue(&mut tx, setting.trigger(3)).await.expect("the job is stored");
    setting.queue.enqueue(&mut tx, job(4)).await.expect_err("the job cannot be held");
    tx.commit().await.expect("the commit");
    assert_eq!(setting.queue.depth().await.expect("the depth").waiting, 2);
}

/// As if a worker were so fast, on a connection of an older version without a transaction.
async fn a_job_that_is_done_before_it_is_held_stays_done<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    let job = |number| Job::new(setting.trigger(number)).in_order_of("jhammond");
    setting.enqueue(job(1)).await;
    let finish = match DB::JOBS {
        "Jobs" => {
            "CREATE TRIGGER finish AFTER INSERT ON Jobs
                BEGIN UPDATE Jobs SET status = 'Done' WHERE id = NEW.id; END"
        }
        _ => {
            "CREATE FUNCTION finish() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                NEW.status := 'Done'; RETURN NEW; END $$;
            CREATE TRIGGER finish BEFORE INSERT ON apalis.jobs FOR EACH ROW EXECUTE FUNCTION finish()"
        }
    };
    setting.run(finish).await;
    setting.enqueue(job(2)).await;
    let done = format!("SELECT count(*) FROM {} WHERE status = 'Done'", DB::JOBS);
    assert_eq!(DB::number(&setting.pool, &done).await, 1);
}

async fn a_dead_letter_does_not_hold_up_its_order<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    setting.emulator().fault(Fault::status(404));
    for number in 0..3 {
        setting.enqueue(Job::new(setting.trigger(number)).in_order_of("jhammond")).await;
    }
    setting.work().await;
    let sent: Vec<_> = setting.emulator().runs().iter().map(|run| run.data["order"].clone()).collect();
    assert_eq!(sent, [1, 2]);
    assert_eq!(setting.only_dead_letter().await.reason, Reason::Refused);
}

/// A worker removes them when it starts, and every hour.
async fn orders_without_jobs_are_forgotten<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    let count = format!("SELECT count(*) FROM {}", DB::ORDERS);
    let waiting = format!("{count} WHERE name = 'waits'");
    for number in 0..3 {
        setting.enqueue(Job::new(setting.trigger(number)).in_order_of("jhammond")).await;
    }
    let later = Job::new(setting.trigger(3)).run_at(now() + Duration::from_hours(1));
    setting.enqueue(later.in_order_of("waits")).await;
    setting.enqueue(Job::new(setting.trigger(4)).in_order_of("waits")).await;
    setting.work_until(async || setting.emulator().triggers() == 3).await;
    // More than are removed at once.
    setting.run(&DB::many_orders(2500)).await;

    setting.work_until(async || DB::number(&setting.pool, &count).await == 1).await;
    assert_eq!(DB::number(&setting.pool, &waiting).await, 1);
    setting.enqueue(Job::new(setting.trigger(5)).in_order_of("jhammond")).await;
    setting.work_until(async || setting.emulator().triggers() == 4).await;
    assert_eq!(setting.queue.depth().await.expect("the depth").waiting, 2, "the order of `waits` is kept");
}

async fn an_order_is_kept_while_a_transaction_enqueues_for_it<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    let last = format!("SELECT last FROM {} WHERE name = 'jhammond'", DB::ORDERS);
    let others = format!("SELECT count(*) FROM {} WHERE name = 'agrant'", DB::ORDERS);
    let idle = "('knock', 'jhammond', 7), ('knock', 'agrant', 7)";
    setting.run(&format!("INSERT INTO {} VALUES {idle}", DB::ORDERS)).await;

    let mut tx = setting.pool.begin().await.expect("a transaction");
    let later = Job::new(setting.trigger(2)).run_at(now() + Duration::from_hours(1));
    setting.queue.enqueue(&mut tx, later.in_order_of("jhammond")).await.expect("the job is stored");
    let commit = async {
        // In Postgres, the worker goes on with the other orders. In SQLite, it waits for the transaction.
        if DB::JOBS != "Jobs" {
            poll(async || DB::number(&setting.pool, &others).await == 0).await;
        }
        tx.commit().await.expect("the commit");
        poll(async || DB::number(&setting.pool, &others).await == 0).await;
    };
    let work = run(setting.worker(), commit);
    tokio::time::timeout(TOO_LONG, work).await.expect("it ends").expect("the worker runs");
    assert_eq!(DB::number(&setting.pool, &last).await, 8);
}

async fn a_worker_that_stops_ends_what_it_began<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    setting.emulator().fault(Fault::delay(Duration::from_millis(200)).always());
    for number in 0..30 {
        setting.enqueue(setting.trigger(number)).await;
    }
    let worker = setting.worker().concurrency(4);
    let begun = poll(async || !setting.emulator().requests().is_empty());
    tokio::time::timeout(TOO_LONG, run(worker, begun)).await.expect("it stops").expect("the worker runs");
    let depth = setting.queue.depth().await.expect("the depth");
    let sent = setting.emulator().triggers();
    assert_eq!((depth.in_flight, depth.waiting + sent), (0, 30), "{depth:?}");
    assert!(sent < 30, "the worker did not stop");

    setting.emulator().clear_faults();
    setting.work().await;
    assert_eq!(setting.emulator().triggers(), 30);
    assert_eq!(setting.emulator().requests().len(), 30, "a call was sent twice");
}

async fn a_worker_that_stops_leaves_no_transaction_open<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    let observer = DB::connect(url).await;
    for micros in (0..200).map(|n| n * 150) {
        let stop = tokio::time::sleep(Duration::from_micros(micros));
        let worker = setting.worker().poll_interval(Duration::from_millis(1));
        tokio::time::timeout(TOO_LONG, run(worker, stop)).await.expect("it stops").expect("the worker runs");
        // Those of connections that are released right now end at once.
        poll(async || DB::number(&observer, DB::OPEN_TRANSACTIONS).await == 0).await;
    }
}

async fn a_job_runs_at_its_time<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    setting.enqueue(Job::new(setting.trigger(1)).run_at(now() + Duration::from_hours(1))).await;
    setting.enqueue(setting.trigger(2)).await;
    let is_done = async || {
        let depth = setting.queue.depth().await.expect("the depth");
        (depth.waiting, depth.in_flight) == (1, 0)
    };
    setting.work_until(is_done).await;
    let sent: Vec<_> = setting.emulator().runs().iter().map(|run| run.data["order"].clone()).collect();
    assert_eq!(sent, [2]);
    assert_eq!(setting.queue.depth().await.expect("the depth").oldest_due, Duration::ZERO);
}

async fn a_worker_survives_a_database_that_fails<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    let worker = setting.worker();
    let counters = worker.counters();
    let story = async {
        setting.enqueue(setting.trigger(1)).await;
        poll(async || counters.sent() == 1).await;
        setting.run(&format!("ALTER TABLE {} RENAME TO gone", DB::JOBS)).await;
        poll(async || counters.restarts() > 0).await;
        let (schema, name) = DB::JOBS.rsplit_once('.').unwrap_or(("", DB::JOBS));
        let gone = if schema.is_empty() { "gone".to_owned() } else { format!("{schema}.gone") };
        setting.run(&format!("ALTER TABLE {gone} RENAME TO {name}")).await;
        setting.enqueue(setting.trigger(2)).await;
        poll(async || counters.sent() == 2).await;
    };
    tokio::time::timeout(TOO_LONG, run(worker, story)).await.expect("it ends").expect("the worker runs");
    assert_eq!(setting.emulator().triggers(), 2);
}

async fn a_job_at_which_workers_die_is_given_up<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    setting.enqueue(Job::new(setting.trigger(1)).max_attempts(3)).await;
    setting.run(&DB::set_metadata("knock_sending", "1")).await;
    setting.run(&format!("UPDATE {} SET attempts = 3", DB::JOBS)).await;
    setting.work().await;
    let letter = setting.only_dead_letter().await;
    assert_eq!((letter.reason, letter.attempts), (Reason::GaveUp, 3));
    assert_eq!(letter.message, "a worker stopped while it sent the call, at the last attempt");
    assert_eq!(setting.emulator().requests().len(), 0);
}

async fn tables_that_are_missing_are_named<DB: Database>(url: &str) {
    let pool = DB::connect(url).await;
    let queue = Queue::new(pool);
    let error = Worker::new(&queue, &support::knock("http://127.0.0.1:9"))
        .run_until(std::future::pending())
        .await
        .expect_err("an error");
    assert!(matches!(error, Error::NotSetUp(_)), "{error}");
    assert!(
        error.to_string().starts_with("the tables of the queue are not set up; call `Queue::setup`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_file_in_a_folder_that_is_not_there_is_named() {
    let file = std::env::temp_dir().join("knock-jobs-without-this-folder").join("jobs.db");
    let url = format!("sqlite:{}?mode=rwc", file.display());
    let pool = sqlx::SqlitePool::connect_lazy(&url).expect("a URL of SQLite");
    is_named(pool, &format!("the database `{}` cannot be reached: ", file.display())).await;
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    // Port 9 is for a service that no machine has any more.
    let pool = sqlx::postgres::PgPoolOptions::new()
        .acquire_timeout(Duration::from_millis(300))
        .connect_lazy("postgres://owner:top-secret@127.0.0.1:9/shop")
        .expect("a URL of Postgres");
    is_named(pool, "the database `shop` at 127.0.0.1:9 cannot be reached: ").await;
}

async fn is_named<DB: knock_jobs::Store>(pool: Pool<DB>, start: &str) {
    let queue = Queue::new(pool);
    let worker = Worker::new(&queue, &support::knock("http://127.0.0.1:9"));
    let errors = [queue.setup().await, worker.run_until(std::future::pending()).await];
    for error in errors.map(|result| result.expect_err("there is no database")) {
        assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
        let told = format!("{error}");
        assert!(told.starts_with(start), "{told}");
        let debug = format!("{told} {error:?}");
        assert!(!debug.contains("top-secret") && !debug.contains("owner"), "{debug}");
    }
}

async fn setting_up_twice_changes_nothing<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    setting.enqueue(setting.trigger(1)).await;
    let (first, second) = tokio::join!(setting.queue.setup(), setting.queue.setup());
    first.and(second).expect("the tables are as they were");
    assert_eq!(setting.queue.depth().await.expect("the depth").waiting, 1);
}

async fn invalid_options_are_refused<DB: Database>(url: &str) {
    let setting = Setting::<DB>::new(url).await;
    let job = || Job::new(setting.trigger(1));
    let invalid = [
        (job().max_attempts(0), "`max_attempts` is 0; at least 1 is needed"),
        (job().in_order_of(""), "`in_order_of` has 0 characters; 1 to 255 are needed"),
        (job().in_order_of("x".repeat(256)), "`in_order_of` has 256 characters"),
        (job().traceparent("00-1-2-3"), "`traceparent` is not "),
        (
            job().run_at(UnixTime::from_secs(1_790_000_060)).expires_at(UnixTime::from_secs(1_790_000_000)),
            "`run_at` is 2026-09-21T14:14:20Z, after the job expires at 2026-09-21T14:13:20Z",
        ),
    ];
    let mut conn = setting.pool.acquire().await.expect("a connection");
    for (job, problem) in invalid {
        let error = setting.queue.enqueue(&mut conn, job).await.expect_err("an error").to_string();
        assert!(error.starts_with(problem), "{error}");
    }
    drop(conn);
    assert_eq!(setting.queue.depth().await.expect("the depth").waiting, 0);
    let workers = [
        (setting.worker().concurrency(0), "`concurrency` is 0; at least 1 is needed"),
        (setting.worker().poll_interval(Duration::ZERO), "`poll_interval` is zero; a longer time is needed"),
        (
            setting.worker().orphaned_after(Duration::from_secs(1)),
            "`orphaned_after` is 1s; at least 2 s are needed",
        ),
    ];
    for (worker, problem) in workers {
        let error = worker.run_until(std::future::pending()).await.expect_err("an error");
        assert_eq!(error.to_string(), problem);
    }
}
