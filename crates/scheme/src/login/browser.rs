//! The browser that waits for the phone, and its way back.

use ipse_protocol::constant_time_eq;
use ipse_protocol::ids::ActionId;
use ipse_protocol::terms::{ActionStatus, Flow};
use ipse_store::action::{self, Action, Claim};
use ipse_store::remembered::{self as remembered_rows, Remembered};

use super::{LoginResult, SignIn};
use crate::block;
use crate::error::Error;
use crate::grant::{authorization_code, return_token};
use crate::link;
use crate::remembered;
use crate::request::ActionRequest;
use crate::scheme::Scheme;

impl Scheme {
    /// The state of a login, for the browser that started it. `None` for any other browser.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_in(&self, action: &str, browser: &[u8; 32]) -> Result<Option<SignIn>, Error> {
        let Some((row, remembered, now)) = self.started_by(action, browser).await? else {
            return Ok(None);
        };
        // After a claim by the same-device link, an approval continues only through `return_url`: a page that sent the
        // link to another person's phone gets nothing.
        let by_app_link = row.claim.as_ref().is_some_and(Claim::returns);
        let waits = by_app_link && row.status == ActionStatus::Approved;
        let mut state = self.sign_in_state(&row, now, !waits)?;
        self.add_return_cookie(&mut state, remembered.as_ref());
        Ok(Some(state))
    }

    /// The state of a login, for the browser that comes back through its `return_url` (protocol §6).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_in_returned(
        &self,
        token: &str,
        browser: &[u8; 32],
    ) -> Result<Option<SignIn>, Error> {
        let Some(action) = token
            .split_once('.')
            .and_then(|(id, _)| ActionId::parse(id))
        else {
            return Ok(None);
        };
        let expected = return_token(&*self.keys, &action);
        if !constant_time_eq(expected.as_bytes(), token.as_bytes()) {
            return Ok(None);
        }
        let Some((row, remembered, now)) = self.started_by(&action, browser).await? else {
            return Ok(None);
        };
        let mut state = self.sign_in_state(&row, now, true)?;
        self.add_return_cookie(&mut state, remembered.as_ref());
        Ok(Some(state))
    }

    /// The browser that goes on with an approval gets the cookie that the person allowed it.
    fn add_return_cookie(&self, state: &mut SignIn, remembered: Option<&Remembered>) {
        if matches!(state.result, Some(LoginResult::Approved { .. })) {
            state.return_cookie =
                remembered.and_then(|row| remembered::new_cookie(&*self.keys, row, state.now));
        }
    }

    async fn started_by(
        &self,
        action: &str,
        browser: &[u8; 32],
    ) -> Result<Option<(Action, Option<Remembered>, i64)>, Error> {
        let Some(id) = ActionId::parse(action) else {
            return Ok(None);
        };
        let (row, remembered, now) = self
            .store
            .read(move |tx| {
                let row = action::by_id(tx, &id)?;
                let approved = matches!(&row, Some(row) if row.status == ActionStatus::Approved);
                let remembered = match approved {
                    true => remembered_rows::by_action(tx, &id)?,
                    false => None,
                };
                Ok((row, remembered, tx.now()?))
            })
            .await?;
        Ok(row
            .filter(|row| started_in(row, browser))
            .map(|row| (row, remembered, now)))
    }

    pub(super) fn sign_in_state(
        &self,
        row: &Action,
        now: i64,
        may_continue: bool,
    ) -> Result<SignIn, Error> {
        let request = ActionRequest::parse(&row.request)?;
        let partner = row
            .partner
            .clone()
            .ok_or(Error::Corrupt("login without a partner"))?;
        let status = row.status_at(now);
        let result = match status {
            ActionStatus::Approved if may_continue => Some(LoginResult::Approved {
                code: authorization_code(&*self.keys, &row.id),
            }),
            ActionStatus::Refused => Some(LoginResult::Refused),
            ActionStatus::Expired => Some(LoginResult::Expired),
            ActionStatus::Cancelled => Some(LoginResult::Cancelled),
            ActionStatus::Approved
            | ActionStatus::Created
            | ActionStatus::Linked
            | ActionStatus::Delivered => None,
        };
        Ok(SignIn {
            action: row.id.clone(),
            kind: row.kind,
            partner,
            partner_name: request.partner_name.into_owned(),
            partner_domain: request.partner_domain.into_owned(),
            status,
            returns: row.claim.as_ref().is_some_and(Claim::returns),
            unscanned: row
                .claim
                .as_ref()
                .is_some_and(|c| c.flow == Flow::Link && c.link.is_some()),
            match_code: row.claim.as_ref().map(|c| c.match_code.clone()),
            directed: request.sandbox_person.is_some(),
            level: row.level,
            language: row.language,
            oidc_request: request.oidc_request.get().to_owned(),
            app_link: link::app_link(self, &row.id),
            qr_text: link::qr_text(self, &row.id, row.created, now),
            expires: row.expires,
            now,
            reason: row.reason().map(str::to_owned),
            result,
            return_cookie: None,
        })
    }

    /// Cancels a login: the person said "not my phone", or turned back at the browser. False when it was decided before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn cancel(&self, action: &str, browser: &[u8; 32]) -> Result<bool, Error> {
        let Some((row, ..)) = self.started_by(action, browser).await? else {
            return Ok(false);
        };
        self.open.release(&row.id);
        Ok(self
            .store
            .write(move |tx| {
                let (now, to) = (tx.now()?, ActionStatus::Cancelled);
                for from in [ActionStatus::Created, ActionStatus::Linked] {
                    if !action::end(tx, &row.id, from, to, Some("browser"), now)? {
                        continue;
                    }
                    // A phone may have claimed it since it was read.
                    let identity = action::by_id(tx, &row.id)?.and_then(|a| a.identity);
                    if let Some(identity) = &identity {
                        block::undecided(tx, &row.id, identity, "browser")?;
                    }
                    block::action_changed(tx, &row.id, identity.as_ref());
                    return Ok(true);
                }
                Ok(false)
            })
            .await?)
    }
}

/// Whether this browser started the login.
pub(super) fn started_in(row: &Action, browser: &[u8; 32]) -> bool {
    row.browser
        .as_ref()
        .is_some_and(|binding| constant_time_eq(binding, browser))
}
