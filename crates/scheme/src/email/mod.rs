//! The e-mail address of a person: verified by a code that is mailed to it, and added, changed or removed by an action of the
//! person's own, which only the code of the identity approves. Nobody is found or recognised by it.

mod notice;
mod sending;

use ipse_protocol::constant_time_eq;
use ipse_protocol::ids::{ActionId, DeviceId, IdentityId};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::terms::FieldKind;
use ipse_protocol::view::Field;
use ipse_protocol::wire::EmailSentResponse;
use ipse_store::action::{self, Claim};
use ipse_store::email::{self as rows, EmailChange};
use ipse_store::identity::Identity;
use ipse_store::{Kind, StoreError, Tx, identity as identities, remembered};
use serde::{Deserialize, Serialize};

use crate::device::Signed;
use crate::email_address::EmailAddress;
use crate::error::{Error, RuleError, refuse};
use crate::identity;
use crate::person::PersonKey;
use crate::scheme::Scheme;
use crate::view::ViewTexts;

pub(crate) use sending::COUNTED_MS;

/// What an action of this kind is about, beside the kind: the word in its service.
const SET: &str = "SET";
const REMOVE: &str = "REMOVE";

/// The sentences of an action that sets the address.
pub(crate) const SET_TEXTS: ViewTexts = ViewTexts {
    title: "email-set-title",
    purpose: "email-set-purpose",
    warning: None,
};
/// The sentences of an action that removes the address.
pub(crate) const REMOVE_TEXTS: ViewTexts = ViewTexts {
    title: "email-remove-title",
    purpose: "email-remove-purpose",
    warning: None,
};

/// How long the code of a mail is valid, in milliseconds.
const CODE_LIVES: i64 = 10 * 60_000;
/// How often the code of a mail may be typed.
const TRIES: u32 = 5;

/// What was sent, as it is sealed until it is answered.
#[derive(Serialize, Deserialize)]
struct SentCode {
    address: String,
    code: String,
}

/// What an approval changes, as it is sealed until then.
#[derive(Serialize, Deserialize)]
struct Change {
    /// The new address; none if it is removed.
    address: Option<String>,
}

/// The purposes name what the bytes belong to, so that they cannot be put elsewhere.
fn sent_to(device: &DeviceId) -> String {
    format!("email/sent/{device}")
}

fn change_of(action: &ActionId) -> String {
    format!("email/change/{action}")
}

fn address_of(identity: &IdentityId) -> String {
    format!("email/address/{identity}")
}

fn seal(key: &PersonKey, purpose: &str, value: &impl Serialize) -> Result<Vec<u8>, Error> {
    let plain = serde_json::to_vec(value)
        .map_err(|_| Error::Internal("a change of an address does not serialize"))?;
    key.seal(purpose, &plain)
}

/// A person's verified address, from its sealed row.
///
/// # Errors
/// When it is not that of this person.
pub(crate) fn open(key: &PersonKey, identity: &IdentityId, sealed: &[u8]) -> Result<String, Error> {
    let plain = key.open(&address_of(identity), sealed)?;
    String::from_utf8(plain.to_vec()).map_err(|_| Error::Corrupt("e-mail address"))
}

impl Scheme {
    /// Whether a person can add an address.
    pub fn sends_mail(&self) -> bool {
        self.mailer.is_some()
    }

    /// The person types an address: a code is mailed to it.
    ///
    /// # Errors
    /// `email_invalid`, `email_unavailable`, `too_many_requests`, `identity_blocked`; `not_found` while the enrolment runs.
    pub async fn begin_email(
        &self,
        signed: &Signed,
        typed: &str,
    ) -> Result<EmailSentResponse, Error> {
        self.idempotent(signed, self.send_email_code(signed, typed))
            .await
    }

    async fn send_email_code(
        &self,
        signed: &Signed,
        typed: &str,
    ) -> Result<EmailSentResponse, Error> {
        let address = EmailAddress::parse(typed).ok_or(ProblemCode::EmailInvalid)?;
        let (who, device) = (&signed.device.identity, &signed.device.id);
        let id = who.clone();
        let found = self.read(move |tx| identity::active(tx, &id)).await?;
        let key = self.persons.key(who).await?;
        let code = format!("{:06}", u64::from_be_bytes(self.random.bytes()) % 1_000_000);
        let sent = SentCode {
            address: address.to_string(),
            code: code.clone(),
        };
        let begun = EmailChange {
            device: device.clone(),
            identity: who.clone(),
            sent: Some(seal(&key, &sent_to(device), &sent)?),
            tries: TRIES.into(),
            action: None,
            change: None,
            expires: 0,
        };
        let asker = (who, found.language);
        self.mail_code((&address, &code), asker, move |tx| {
            identity::active(tx, &begun.identity)?;
            let expires = tx.now()? + CODE_LIVES;
            Ok(rows::begin(
                tx,
                &EmailChange {
                    expires,
                    ..begun.clone()
                },
            )?)
        })
        .await?;
        Ok(EmailSentResponse {
            sent: true,
            tries_left: TRIES,
        })
    }

    /// The person typed the code of the mail: the action that sets the address begins. Returns its id.
    ///
    /// # Errors
    /// `email_code_wrong` with the tries left, `identity_blocked`; `not_found` when no code was sent, its time is over or no try is left.
    pub async fn answer_email(&self, signed: &Signed, typed: &str) -> Result<String, Error> {
        self.idempotent(signed, self.accept_email_code(signed, typed))
            .await
    }

    async fn accept_email_code(&self, signed: &Signed, typed: &str) -> Result<String, Error> {
        let (id, of) = (signed.device.identity.clone(), signed.device.id.clone());
        let (found, begun, now) = self
            .read(move |tx| {
                let found = identity::active(tx, &id)?;
                Ok((found, rows::of_device(tx, &of)?, tx.now()?))
            })
            .await?;
        let sealed = begun
            .filter(|begun| begun.identity == found.id)
            .and_then(|begun| begun.sent)
            .ok_or(ProblemCode::NotFound)?;
        let key = self.persons.key(&found.id).await?;
        let device = signed.device.id.clone();
        let plain = key.open(&sent_to(&device), &sealed)?;
        let sent: SentCode =
            serde_json::from_slice(&plain).map_err(|_| Error::Corrupt("code of a mail"))?;
        let right = constant_time_eq(sent.code.as_bytes(), typed.as_bytes());
        let shown = Field {
            kind: FieldKind::Text.as_str().to_owned(),
            label: self.views.sentences(found.language).get("attribute-email"),
            value: sent.address.clone(),
            claims: Vec::new(),
        };
        let asked = (Kind::Email, SET, SET_TEXTS);
        let row = self.own_action_for(asked, signed, &found, now, (&key, vec![shown]))?;
        let change = Change {
            address: Some(sent.address),
        };
        let change = seal(&key, &change_of(&row.id), &change)?;
        let id = row.id.to_string();
        self.write(move |tx| {
            identity::active(tx, &found.id)?;
            let now = tx.now()?;
            // Spent before it is judged: simultaneous guesses get no more tries.
            let Some(left) = rows::spend_try(tx, (&device, &sealed), now)? else {
                refuse!(NotFound);
            };
            if !right {
                let wrong = Problem::new(ProblemCode::EmailCodeWrong);
                return Err(wrong.with("tries_left", left).into());
            }
            rows::answer(tx, &device, &row.id, &change, row.expires)?;
            Ok(action::insert(tx, &row)?)
        })
        .await?;
        Ok(id)
    }

    /// The person wants to remove the address: the action begins. Returns its id.
    ///
    /// # Errors
    /// `email_missing`; `not_found` while the enrolment runs.
    pub async fn remove_email(&self, signed: &Signed) -> Result<String, Error> {
        self.idempotent(signed, self.begin_email_removal(signed))
            .await
    }

    async fn begin_email_removal(&self, signed: &Signed) -> Result<String, Error> {
        let id = signed.device.identity.clone();
        let (found, sealed, now): (Option<Identity>, _, i64) = self
            .store
            .read(move |tx| {
                Ok((
                    identities::by_id(tx, &id)?,
                    rows::address(tx, &id)?,
                    tx.now()?,
                ))
            })
            .await?;
        let found = found.ok_or(ProblemCode::NotFound)?;
        let sealed = sealed.ok_or(ProblemCode::EmailMissing)?;
        let key = self.persons.key(&found.id).await?;
        let shown = Field {
            kind: FieldKind::Text.as_str().to_owned(),
            label: self.views.sentences(found.language).get("attribute-email"),
            value: open(&key, &found.id, &sealed)?,
            claims: Vec::new(),
        };
        let asked = (Kind::Email, REMOVE, REMOVE_TEXTS);
        let row = self.own_action_for(asked, signed, &found, now, (&key, vec![shown]))?;
        let begun = EmailChange {
            device: signed.device.id.clone(),
            identity: found.id,
            sent: None,
            tries: 0,
            action: Some(row.id.clone()),
            change: Some(seal(&key, &change_of(&row.id), &Change { address: None })?),
            expires: row.expires,
        };
        let id = row.id.to_string();
        self.write(move |tx| {
            if rows::address(tx, &begun.identity)?.is_none() {
                refuse!(EmailMissing);
            }
            rows::begin(tx, &begun)?;
            Ok(action::insert(tx, &row)?)
        })
        .await?;
        Ok(id)
    }
}

/// Whether an action may still change the address: it is what the device began last.
///
/// # Errors
/// `action_closed`.
pub(crate) fn may_change(tx: &mut Tx, action: &ActionId, claim: &Claim) -> Result<(), RuleError> {
    if sealed_change(tx, action, claim)?.is_none() {
        refuse!(ActionClosed);
    }
    Ok(())
}

fn sealed_change(
    tx: &mut Tx,
    action: &ActionId,
    claim: &Claim,
) -> Result<Option<Vec<u8>>, StoreError> {
    let found = rows::of_device(tx, &claim.device)?;
    Ok(found
        .filter(|c| c.action.as_ref() == Some(action) && c.identity == claim.identity)
        .and_then(|c| c.change))
}

/// Changes the address, in the deciding transaction. [`may_change`] comes first. The earlier address gets a mail.
///
/// # Errors
/// When the store fails, or the change is not one that the scheme wrote. Then nothing is decided.
pub(crate) fn change(
    tx: &mut Tx,
    key: &PersonKey,
    (action, claim): (&ActionId, &Claim),
    now: i64,
) -> Result<(), StoreError> {
    let who = &claim.identity;
    let corrupt = || StoreError::Corrupt("change of an e-mail address".into());
    let missing = || StoreError::Abort("the change of an address is missing".into());
    let sealed = sealed_change(tx, action, claim)?.ok_or_else(missing)?;
    let plain = key
        .open(&change_of(action), &sealed)
        .map_err(|_| corrupt())?;
    let change: Change = serde_json::from_slice(&plain).map_err(|_| corrupt())?;
    let earlier = match rows::address(tx, who)? {
        Some(sealed) => Some(open(key, who, &sealed).map_err(|_| corrupt())?),
        None => None,
    };
    match &change.address {
        Some(address) => {
            let sealed = key
                .seal(&address_of(who), address.as_bytes())
                .map_err(|_| corrupt())?;
            rows::set_address(tx, who, &sealed, now)?;
        }
        // Another phone of the person may have removed it since.
        None if earlier.is_none() => {}
        None => rows::remove_address(tx, who)?,
    }
    if let Some(earlier) = earlier.filter(|earlier| change.address.as_ref() != Some(earlier)) {
        let language = identity::require(tx, who)?.language;
        let replaced = change.address.is_some();
        notice::queue(tx, key, (who, language), (&earlier, replaced))?;
        // A browser that comes back would bring its partner the earlier address, as verified.
        for row in remembered::live(tx, who, now, i64::MAX)? {
            remembered::end(tx, &row.action, now)?;
        }
    }
    rows::end(tx, &claim.device, action)
}
