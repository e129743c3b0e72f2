//! The keys of clients that publish them (`jwks_uri`). For signatures they are used for a day, and fetched again when a signature is of
//! none of them. For encryption they are fetched again when their `max-age` is over.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ipse_jose::JwkSet;
use ipse_openid::client::{Encryption, NO_KEY, Recipient, Registration};
use ipse_protocol::ids::PartnerId;

use super::Provider;
use super::error::Error;

/// One fetch at a time for each client.
#[derive(Default)]
pub struct Fetching(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

impl Fetching {
    fn of(&self, client_id: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(client_id.to_owned()).or_default().clone()
    }
}

/// Puts the keys that were fetched within a day into a registration that was read.
pub async fn put_into(provider: &Provider, registration: &mut Registration) -> Result<(), Error> {
    if let Some((partner, uri)) = published(registration)
        && let Some(kept) = provider.scheme.published_keys(&partner, &uri).await?
        && let Ok(keys) = JwkSet::parse(kept.as_bytes())
    {
        registration.set_published_keys(keys);
    }
    Ok(())
}

/// The registration with other keys than it has, which another request or this one has fetched. None when there are no others, and
/// when the last attempt was less than a minute ago.
pub async fn refresh(
    provider: &Provider,
    old: &Registration,
) -> Result<Option<Arc<Registration>>, Error> {
    let Some((partner, uri)) = published(old) else {
        return Ok(None);
    };
    let lock = provider.fetching.of(&old.client_id);
    let _one = lock.lock().await;
    let mut new = old.clone();
    put_into(provider, &mut new).await?;
    if new.published_keys() == old.published_keys() {
        let Some(keys) = fetch(provider, &partner, &uri).await? else {
            return Ok(None);
        };
        new.set_published_keys(keys);
    }
    let new = Arc::new(new);
    provider.registrations.keep(&new.client_id, &new);
    Ok(Some(new))
}

/// The key to which an answer is encrypted; none if the client has not registered encryption for it. Without a usable key the answer is an
/// error.
pub async fn recipient(
    provider: &Provider,
    registration: &Registration,
    encryption: Option<Encryption>,
) -> Result<Option<Recipient>, Error> {
    let Some(encryption) = encryption else {
        return Ok(None);
    };
    let Some((partner, uri)) = published(registration) else {
        let found = Recipient::find(encryption, registration.key_set());
        return Ok(Some(found.ok_or(NO_KEY)?));
    };
    if let Some(found) = kept_recipient(provider, &partner, &uri, encryption).await? {
        return Ok(Some(found));
    }
    let lock = provider.fetching.of(&registration.client_id);
    let _one = lock.lock().await;
    if let Some(found) = kept_recipient(provider, &partner, &uri, encryption).await? {
        return Ok(Some(found));
    }
    let keys = fetch(provider, &partner, &uri).await?.ok_or(NO_KEY)?;
    Ok(Some(Recipient::find(encryption, &keys).ok_or(NO_KEY)?))
}

/// The recipient by keys that can still be used for encryption.
async fn kept_recipient(
    provider: &Provider,
    partner: &PartnerId,
    uri: &str,
    encryption: Encryption,
) -> Result<Option<Recipient>, Error> {
    let kept = provider.scheme.keys_for_encryption(partner, uri).await?;
    let keys = kept.and_then(|kept| JwkSet::parse(kept.as_bytes()).ok());
    Ok(keys.and_then(|keys| Recipient::find(encryption, &keys)))
}

/// Fetches the keys and keeps them. None when the last attempt was less than a minute ago, and when they cannot be fetched.
async fn fetch(
    provider: &Provider,
    partner: &PartnerId,
    uri: &str,
) -> Result<Option<JwkSet>, Error> {
    if !provider.scheme.begin_fetch_of_keys(partner, uri).await? {
        return Ok(None);
    }
    let fetched = match provider.documents.key_set(uri).await {
        Ok(fetched) => fetched,
        Err(error) => {
            tracing::warn!(%partner, uri, %error, "a partner's keys cannot be fetched: the partner must publish them there");
            return Ok(None);
        }
    };
    let text = serde_json::to_string(&fetched.keys).map_err(Error::json("keys cannot be kept"))?;
    let scheme = &provider.scheme;
    scheme
        .keep_keys(partner, uri, text, fetched.max_age)
        .await?;
    Ok(Some(fetched.keys))
}

fn published(registration: &Registration) -> Option<(PartnerId, String)> {
    let uri = registration.jwks_uri.clone()?;
    Some((PartnerId::parse(&registration.client_id)?, uri))
}
