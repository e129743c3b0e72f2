//! Mails with codes. Each one is counted before it is sent: by the person who asks, by the address that it goes to, and in total.
//! Anybody with an identity can type the address of somebody else, who must not be flooded.

use ipse_protocol::ids::{self, IdentityId};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_store::Tx;
use ipse_store::email::{self as rows, Sent};
use ipse_texts::Language;

use crate::counting::{DAY, HOUR, within};
use crate::email_address::EmailAddress;
use crate::error::{Error, RuleError};
use crate::mail::{Mail, MailError};
use crate::person::keyed_hash;
use crate::scheme::Scheme;

/// Prefix of a counted mail's id.
const MAIL: &str = "eml";
/// How many mails with codes a person may ask for in a day.
pub(crate) const MAILS_OF_PERSON: i64 = 5;
/// How many mails with codes go to one address in a day, whoever asks: one person cannot use up those of another.
pub(crate) const MAILS_TO_ADDRESS: i64 = 10;
/// How long mails are counted, in milliseconds.
pub(crate) const COUNTED_MS: i64 = DAY;

impl Scheme {
    /// Mails a code, if there were not too many mails and `allowed`.
    ///
    /// # Errors
    /// `email_unavailable`, `too_many_requests` and those of `allowed`.
    pub(super) async fn mail_code(
        &self,
        (to, code): (&EmailAddress, &str),
        (who, language): (&IdentityId, Language),
        mut allowed: impl FnMut(&mut Tx) -> Result<(), RuleError> + Send + 'static,
    ) -> Result<(), Error> {
        let mailer = self.mailer.as_ref().ok_or(ProblemCode::EmailUnavailable)?;
        let keys = &*self.keys;
        let sent = Sent {
            id: ids::of(MAIL, &self.random.bytes()),
            person: keyed_hash(keys, "email/person", who),
            address: keyed_hash(keys, "email/address", &to.counted_as()),
        };
        let (counted, in_total) = (sent.clone(), self.config.mails_per_hour);
        // Counted before it is sent, so that simultaneous requests get no more.
        self.write(move |tx| {
            allowed(tx)?;
            count(tx, &counted, in_total)
        })
        .await?;
        let texts = self.views.sentences(language);
        let mail = Mail {
            to: to.clone(),
            subject: texts.get("mail-code-subject"),
            text: texts.with("mail-code-text", &[("code", code)]),
        };
        match mailer.send(&mail).await {
            Ok(()) => Ok(()),
            // It stays counted: a mail server that refuses addresses must not be asked about many of them.
            Err(MailError::Refused) => Err(ProblemCode::EmailInvalid.into()),
            Err(MailError::Unavailable) => {
                self.store
                    .write(move |tx| rows::forget_sent(tx, &sent.id))
                    .await?;
                Err(Problem::new(ProblemCode::EmailUnavailable).into())
            }
        }
    }
}

/// Counts a mail that is about to be sent, unless there were too many.
fn count(tx: &mut Tx, mail: &Sent, in_total: i64) -> Result<(), RuleError> {
    let now = tx.now()?;
    let (day, hour) = (now - DAY, now - HOUR);
    within(
        rows::of_person(tx, &mail.person, day)?,
        MAILS_OF_PERSON,
        DAY,
        now,
    )?;
    within(
        rows::to_address(tx, &mail.address, day)?,
        MAILS_TO_ADDRESS,
        DAY,
        now,
    )?;
    within(rows::all(tx, hour)?, in_total, HOUR, now)?;
    Ok(rows::add_sent(tx, mail, now)?)
}
