//! `GET /static/{name}`: the files of the pages, compiled in: style, script, fonts, mark.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

struct File {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

const FILES: [File; 6] = [
    File {
        name: "page.css",
        content_type: "text/css; charset=utf-8",
        // The app's build takes the tokens from the same file.
        bytes: concat!(
            include_str!("../../static/tokens.css"),
            include_str!("../../static/page.css"),
        )
        .as_bytes(),
    },
    File {
        name: "sign-in.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../static/sign-in.js"),
    },
    File {
        name: "form-post.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../static/form-post.js"),
    },
    File {
        name: "mark.svg",
        content_type: "image/svg+xml",
        bytes: include_bytes!("../../static/mark.svg"),
    },
    File {
        name: "atkinson-latin.woff2",
        content_type: "font/woff2",
        bytes: include_bytes!("../../static/atkinson-latin.woff2"),
    },
    File {
        name: "atkinson-latin-ext.woff2",
        content_type: "font/woff2",
        bytes: include_bytes!("../../static/atkinson-latin-ext.woff2"),
    },
];

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all: Vec<u8> = FILES.iter().flat_map(|file| file.bytes).copied().collect();
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &all);
    hash.as_ref()
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
});

/// Changes when any file changes: pages name files with it, so that a browser may keep them for a day.
pub fn version() -> &'static str {
    &VERSION
}

/// `GET /static/{name}`.
pub async fn get(Path(name): Path<String>) -> Response {
    let Some(file) = FILES.iter().find(|file| file.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, file.content_type),
        (header::CACHE_CONTROL, "public, max-age=86400"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, file.bytes).into_response()
}
