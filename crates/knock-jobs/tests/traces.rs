//! A job continues the trace in which it was enqueued.

mod support;

use std::time::Duration;

use knock_emulator::{Emulator, Server};
use knock_jobs::{Job, Queue, Worker};
use knock_reqwest::{Knock, workflows};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use sqlx::{Sqlite, SqlitePool};
use tracing::{Instrument, info_span};
use tracing_subscriber::layer::SubscriberExt;

/// Enqueues a job in a span, sends it, and returns the spans that were exported.
async fn spans(options: impl FnOnce(Job) -> Job) -> Vec<SpanData> {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));

    let place = support::Place::new().await;
    let (pool, queue): (SqlitePool, Queue<Sqlite>) = support::queue(&place.url).await;
    let server = Server::start(Emulator::new(), ([127, 0, 0, 1], 0).into()).await.expect("a port is free");
    let knock = support::knock(&server.url());
    let job = options(job(&knock));
    let enqueued = async {
        let mut conn = pool.acquire().await.expect("a connection");
        queue.enqueue(&mut conn, job).await.expect("the job is stored")
    };
    enqueued.instrument(info_span!("checkout")).await;

    let worker = Worker::new(&queue, &knock).poll_interval(Duration::from_millis(20));
    let counters = worker.counters();
    let sent = async move {
        while counters.sent() == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    worker.run_until(sent).await.expect("the worker runs");
    exporter.get_finished_spans().expect("the spans")
}

fn job(knock: &Knock) -> Job {
    let trigger = workflows::trigger("order-confirmed").recipients(["jhammond"]);
    Job::new(knock.prepare(&trigger).expect("a call"))
}

fn find<'a>(spans: &'a [SpanData], name: &str) -> &'a SpanData {
    spans.iter().find(|span| span.name == name).expect("the span was exported")
}

#[tokio::test]
async fn a_job_continues_the_trace_of_the_span_in_which_it_was_enqueued() {
    let spans = spans(|job| job).await;
    let (checkout, job) = (find(&spans, "checkout"), find(&spans, "knock.job"));
    assert_eq!(job.span_context.trace_id(), checkout.span_context.trace_id());
    assert_eq!(job.parent_span_id, checkout.span_context.span_id());
}

#[tokio::test]
async fn a_job_continues_the_trace_that_it_was_given() {
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let spans = spans(|job| job.traceparent(traceparent)).await;
    let job = find(&spans, "knock.job");
    assert_eq!(job.span_context.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(job.parent_span_id.to_string(), "b7ad6b7169203331");
}
