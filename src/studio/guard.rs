//! Who may ask: only this machine's own browser, from the page that this program serves.
//!
//! The Host check keeps out other sites whose name was pointed at the loopback, the Origin check those that send requests
//! from their own pages, and the token other programs and users of this machine. The page's files hold no secret and need
//! no token; it is given for the key in the printed address, once.

use super::{Studio, reply::Reply};
use hyper::{HeaderMap, StatusCode, header};

/// Headers of every answer.
pub const HEADERS: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
         connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// `None` when the request may be answered.
pub fn refusal(studio: &Studio, headers: &HeaderMap, path: &str) -> Option<Reply> {
    let hosts = ["127.0.0.1", "localhost"].map(|name| format!("{name}:{}", studio.port));
    let mut all = headers.get_all(header::HOST).iter();
    let host = all.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    if all.next().is_some() || !hosts.iter().any(|own| own == host) {
        let advice = format!("open http://{}/", hosts[0]);
        return Some(Reply::refused(StatusCode::FORBIDDEN, "this address is not the studio's own", &advice));
    }
    let from_here = |origin: &str| origin.strip_prefix("http://").is_some_and(|o| hosts.iter().any(|own| own == o));
    if headers.get_all(header::ORIGIN).iter().any(|origin| !origin.to_str().is_ok_and(from_here)) {
        return Some(Reply::refused(StatusCode::FORBIDDEN, "another page asks", "use the studio's own page"));
    }
    if !needs_token(path) {
        return None;
    }
    let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let shown = shown.strip_prefix("Bearer ").unwrap_or_default();
    if same(shown, &studio.entry.token) {
        return None;
    }
    let advice = "open the address that `telework studio` printed when it was started";
    Some(Reply::refused(StatusCode::UNAUTHORIZED, "this page was opened by an earlier start of the studio", advice))
}

/// Whether a request must show the token: all but those for the page's files, and that for the token itself.
pub fn needs_token(path: &str) -> bool {
    path.starts_with("/api/") && path != "/api/session"
}

/// Whether two secrets are equal. Hashes are compared in constant time, so that nothing is learned from how long a refusal
/// takes.
pub fn same(shown: &str, secret: &str) -> bool {
    blake3::hash(shown.as_bytes()) == blake3::hash(secret.as_bytes())
}
