//! Redirect URIs: which may be registered, and the exact comparison (RFC 9700 §4.1.3).
//!
//! A URI is registered only in its normal form, which every parser reads in the same way. A request must repeat it byte for
//! byte. A requested URI is never parsed, so it cannot exploit a parser.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

#[cfg(test)]
mod tests;

/// The longest redirect URI, in bytes.
pub const MAX_BYTES: usize = 512;

/// Why a redirect URI cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectProblem {
    /// Over [`MAX_BYTES`].
    #[error("it is longer than 512 bytes")]
    TooLong,
    /// Not an absolute URL, or not in normal form.
    #[error(
        "it is not an absolute URL in normal form (lower-case host, no default port, no `..`, no backslash)"
    )]
    NotNormal,
    /// Neither https, nor http on a loopback address outside production.
    #[error("it must be https (http is for loopback addresses, outside production)")]
    NotHttps,
    /// It has a `#`.
    #[error("it must not have a fragment")]
    Fragment,
    /// It has a user name or password.
    #[error("it must not have a user name or password")]
    UserInfo,
    /// It has a `*`.
    #[error("wildcards are not supported: register each URI")]
    Wildcard,
    /// It has a parameter that the authorization response adds.
    #[error("its query has a parameter that the response adds (code, state, iss, error)")]
    ReservedParameter,
    /// Its host is not in the verified domain.
    #[error("its host is neither the verified domain nor below it")]
    ForeignHost,
}

/// Checks a URI that the partner with this verified domain registers.
///
/// # Errors
/// The first problem that is found.
pub fn check(uri: &str, domain: &str, production: bool) -> Result<(), RedirectProblem> {
    if uri.len() > MAX_BYTES {
        return Err(RedirectProblem::TooLong);
    }
    if uri.contains('#') {
        return Err(RedirectProblem::Fragment);
    }
    if uri.contains('*') {
        return Err(RedirectProblem::Wildcard);
    }
    let url = Url::parse(uri).map_err(|_| RedirectProblem::NotNormal)?;
    if !url.username().is_empty() || url.password().is_some() || authority(uri).contains('@') {
        return Err(RedirectProblem::UserInfo);
    }
    // The URI must be equal to its normal form. Only the slash after a bare host may be missing.
    let normal = url.as_str();
    let bare = url.path() == "/" && url.query().is_none() && normal.strip_suffix('/') == Some(uri);
    let printable = uri
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte));
    if !printable || (normal != uri && !bare) || has_ambiguous_escape(url.path()) {
        return Err(RedirectProblem::NotNormal);
    }
    let host = url.host().ok_or(RedirectProblem::NotNormal)?;
    let loopback = is_loopback(&host);
    match url.scheme() {
        "https" => {}
        "http" if loopback && !production => {}
        _ => return Err(RedirectProblem::NotHttps),
    }
    if url
        .query_pairs()
        .any(|(name, _)| RESERVED.contains(&name.as_ref()))
    {
        return Err(RedirectProblem::ReservedParameter);
    }
    let in_domain = match host {
        Host::Domain(host) => {
            host == domain
                || host
                    .strip_suffix(domain)
                    .is_some_and(|rest| rest.ends_with('.'))
        }
        _ => false,
    };
    if !in_domain && (production || !loopback) {
        return Err(RedirectProblem::ForeignHost);
    }
    Ok(())
}

/// Parameters that the authorization response adds (RFC 6749 §4.1.2, RFC 9207).
const RESERVED: [&str; 5] = ["code", "state", "iss", "error", "error_description"];

/// Whether a document of a client may be fetched from an address: https, a host name or a public address, in normal form. The
/// name is resolved and checked when the document is fetched (threat 21).
pub(crate) fn is_published(uri: &str, production: bool) -> bool {
    let Ok(url) = Url::parse(uri) else {
        return false;
    };
    let Some(host) = url.host() else { return false };
    let local = is_loopback(&host);
    let scheme = match url.scheme() {
        "https" => !local || !production,
        "http" => local && !production,
        _ => false,
    };
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    scheme && bare && uri.len() <= MAX_BYTES && url.as_str() == uri
}

/// Whether `requested` is one of the registered URIs, byte for byte.
pub fn is_registered(registered: &[String], requested: &str) -> bool {
    registered.iter().any(|uri| uri == requested)
}

/// Whether the host is this machine, by name or by address.
pub(crate) fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback() && *address != Ipv4Addr::UNSPECIFIED,
        Host::Ipv6(address) => *address == Ipv6Addr::LOCALHOST,
    }
}

/// The text between `//` and the path.
fn authority(uri: &str) -> &str {
    let rest = uri.split_once("//").map_or(uri, |(_, rest)| rest);
    rest.split(['/', '?', '\\']).next().unwrap_or_default()
}

/// Whether the path has escapes of dots and slashes, or `;` after dots: servers interpret these differently.
fn has_ambiguous_escape(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    ["%2e", "%2f", "%5c", "%00", "%25", "..;", "/.;"]
        .iter()
        .any(|escape| lower.contains(escape))
}
