//! This SDK and the hand-written types can read the responses of the server.
#![allow(clippy::unwrap_used)]

use bench_load::measure::Subject;
use bench_load::server;
use bench_load::subject::{Work, bulk, hyper as by_hyper, knock, reqwest as by_reqwest};
use knock_reqwest::{Knock, Operation, messages, users};
use tokio::net::TcpListener;

/// Starts a server and runs a test with its URL.
fn on_a_server<F: Future<Output = ()>>(run: impl FnOnce(String) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(server::serve(listener));
        run(url).await;
    });
}

#[test]
fn every_client_reads_every_response() {
    on_a_server(async |url| {
        for work in [Work::trigger(4), Work::Messages { page_size: 1 }, Work::Messages { page_size: 50 }] {
            knock::Subject::new(&url, work.clone()).unwrap().call().await.unwrap();
            by_reqwest::Subject::new(&url, work.clone()).unwrap().call().await.unwrap();
            by_hyper::Subject::new(&url, work).unwrap().call().await.unwrap();
        }
    });
}

#[test]
fn bulk_runs_do_every_item() {
    on_a_server(async |url| {
        for work in [bench_load::bulk::Work::Import(2500), bench_load::bulk::Work::Trigger(2500)] {
            assert_eq!(bulk::knock(&url, work).await.unwrap(), 2500);
            assert_eq!(bulk::by_hand(&url, work).await.unwrap(), 2500);
        }
    });
}

#[test]
fn only_known_routes_are_found() {
    on_a_server(async |url| {
        let knock = Knock::builder().api_key("sk_test_12345").base_url(url).build().unwrap();
        let user = users::identify("jhammond").send(&knock).await.unwrap();
        assert_eq!(user.name.as_deref(), Some("John Hammond"));
        let page = messages::list().page_size(7).send(&knock).await.unwrap();
        assert!(page.items.len() == 7 && page.next.is_none());
        assert!(users::get("jhammond").send(&knock).await.unwrap_err().is_not_found());
    });
}
