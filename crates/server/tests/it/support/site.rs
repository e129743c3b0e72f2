//! Where a partner publishes its keys.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::routing::get;
use ipse_jose::Jwk;
use serde_json::json;

/// Where the partner publishes its keys.
#[derive(Clone, Default)]
pub struct Site {
    body: Arc<Mutex<String>>,
    cache_control: Arc<Mutex<String>>,
    fetched: Arc<AtomicUsize>,
}

impl Site {
    pub async fn serve(&self) -> String {
        let site = self.clone();
        let answer = move || {
            site.fetched.fetch_add(1, Ordering::SeqCst);
            let body = site.body.lock().unwrap().clone();
            let cache_control = site.cache_control.lock().unwrap().clone();
            let content_type = (CONTENT_TYPE, "application/json".to_owned());
            async move { ([content_type, (CACHE_CONTROL, cache_control)], body) }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().route("/jwks", get(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://127.0.0.1:{port}/jwks")
    }

    /// The `Cache-Control` of later answers.
    pub fn cache(&self, value: &str) {
        value.clone_into(&mut self.cache_control.lock().unwrap());
    }

    pub fn publish_text(&self, text: &str) {
        text.clone_into(&mut self.body.lock().unwrap());
    }

    pub fn publish(&self, keys: &[Jwk]) {
        *self.body.lock().unwrap() = json!({"keys": keys}).to_string();
    }

    pub fn fetched(&self) -> usize {
        self.fetched.load(Ordering::SeqCst)
    }
}
