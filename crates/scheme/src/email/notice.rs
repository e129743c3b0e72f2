//! Who had an address is told that it was replaced or removed, at that address: an effect of the deciding transaction.

use ipse_protocol::ids::{self, IdentityId};
use ipse_store::outbox::{self, EffectKind};
use ipse_store::{StoreError, Tx};
use ipse_texts::Language;
use serde::{Deserialize, Serialize};

use crate::counting::DAY;
use crate::email_address::EmailAddress;
use crate::error::Error;
use crate::mail::{Mail, MailError};
use crate::person::PersonKey;
use crate::scheme::Scheme;

/// Prefix of an effect's id.
const EFFECT: &str = "eff";

#[derive(Serialize, Deserialize)]
struct Notice {
    identity: IdentityId,
    language: Language,
    /// The address that it goes to, sealed under the person's key.
    to: Vec<u8>,
    /// Whether the address was replaced by another one; otherwise it was removed.
    replaced: bool,
    /// When, in milliseconds.
    time: i64,
}

fn purpose(identity: &IdentityId) -> String {
    format!("email/notice/{identity}")
}

/// Queues the mail to an address that was replaced or removed.
pub(super) fn queue(
    tx: &mut Tx,
    key: &PersonKey,
    (identity, language): (&IdentityId, Language),
    (earlier, replaced): (&str, bool),
) -> Result<(), StoreError> {
    let abort = || StoreError::Abort("a notice cannot be written".into());
    let now = tx.now()?;
    let notice = Notice {
        identity: identity.clone(),
        language,
        to: key
            .seal(&purpose(identity), earlier.as_bytes())
            .map_err(|_| abort())?,
        replaced,
        time: now,
    };
    let payload = serde_json::to_string(&notice).map_err(|_| abort())?;
    let id = ids::of(EFFECT, &tx.random().bytes());
    outbox::add(tx, &id, EffectKind::EmailNotice, &payload, now)
}

impl Scheme {
    /// Carries out an [`EffectKind::EmailNotice`].
    ///
    /// # Errors
    /// When the mail server does not take it: try again later, for a day.
    pub async fn mail_notice(&self, payload: &str) -> Result<(), Error> {
        let notice: Notice =
            serde_json::from_str(payload).map_err(|_| Error::Corrupt("notice of an address"))?;
        let Some(mailer) = &self.mailer else {
            tracing::info!("no notice about an address: this scheme sends no mail any more");
            return Ok(());
        };
        let key = self.persons.key(&notice.identity).await?;
        let plain = key.open(&purpose(&notice.identity), &notice.to)?;
        let to = std::str::from_utf8(&plain)
            .ok()
            .and_then(EmailAddress::parse)
            .ok_or(Error::Corrupt("address of a notice"))?;
        let texts = self.views.sentences(notice.language);
        let [subject, text] = if notice.replaced {
            ["mail-replaced-subject", "mail-replaced-text"]
        } else {
            ["mail-removed-subject", "mail-removed-text"]
        };
        let mail = Mail {
            to,
            subject: texts.get(subject),
            text: texts.get(text),
        };
        match mailer.send(&mail).await {
            Ok(()) => Ok(()),
            Err(MailError::Unavailable) if self.store.read(Tx::now).await? < notice.time + DAY => {
                Err(Error::Peer("the mail server does not take a notice"))
            }
            Err(error) => {
                tracing::info!(%error, "no notice about an address");
                Ok(())
            }
        }
    }
}
