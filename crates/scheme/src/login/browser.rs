//! The browser that waits for the phone, and its one-time way back.

use ipse_protocol::control::{Control, enforced};
use ipse_protocol::{constant_time_eq, ids};
use ipse_store::action::{self, Action, Decision};

use super::{LoginResult, SignIn, authorization_code, return_token};
use crate::action::{ActionRequest, link_of, status_at};
use crate::error::Error;
use crate::{Scheme, block};

impl Scheme {
    /// How a login stands, for the browser that started it. `None` for any other browser.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_in(&self, action: &str, browser: &[u8; 32]) -> Result<Option<SignIn>, Error> {
        let Some((row, now)) = self.started_by(action, browser).await? else {
            return Ok(None);
        };
        // After a claim by the same-device link, an approval continues only through `return_url`: whoever sent that
        // link to somebody else waits in vain.
        let waits = row.flow.as_deref() == Some("app") && row.status == "approved";
        self.standing(&row, now, !waits).map(Some)
    }

    /// The one-time way back into the starting browser (protocol §6).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn take_return(
        &self,
        token: &str,
        browser: &[u8; 32],
    ) -> Result<Option<SignIn>, Error> {
        let Some((action, _)) = token.split_once('.') else {
            return Ok(None);
        };
        let expected = return_token(&*self.keys, action);
        if !constant_time_eq(expected.as_bytes(), token.as_bytes()) {
            return Ok(None);
        }
        let Some((row, now)) = self.started_by(action, browser).await? else {
            return Ok(None);
        };
        self.standing(&row, now, true).map(Some)
    }

    async fn started_by(
        &self,
        action: &str,
        browser: &[u8; 32],
    ) -> Result<Option<(Action, i64)>, Error> {
        if !ids::valid(ids::ACTION, action) {
            return Ok(None);
        }
        let id = action.to_owned();
        let (row, now) = self
            .store
            .read(move |tx| Ok((action::by_id(tx, &id)?, tx.now()?)))
            .await?;
        Ok(row
            .filter(|row| started_in(row, browser))
            .map(|row| (row, now)))
    }

    pub(super) fn standing(&self, row: &Action, now: i64, may_end: bool) -> Result<SignIn, Error> {
        let asked = ActionRequest::parse(&row.request)?;
        let link = link_of(row).ok_or(Error::Internal("login without a link"))?;
        let status = status_at(row, now);
        let result = match status {
            "approved" if may_end => Some(LoginResult::Approved {
                code: authorization_code(&*self.keys, &row.id),
            }),
            "refused" => Some(LoginResult::Refused),
            "expired" => Some(LoginResult::Expired),
            "cancelled" => Some(LoginResult::Cancelled),
            _ => None,
        };
        Ok(SignIn {
            action: row.id.clone(),
            partner: row.partner.clone().unwrap_or_default(),
            partner_name: asked.partner_name.into_owned(),
            partner_domain: asked.partner_domain.into_owned(),
            status: status.to_owned(),
            flow: row.flow.clone(),
            match_code: row.match_code.clone(),
            directed: asked.sandbox.is_some(),
            level: row.level.clone(),
            language: row.language.clone(),
            reply: asked.reply.get().to_owned(),
            app_link: self.app_link(&link),
            qr_text: self.qr_text(&link, row.created, now),
            expires: row.expires,
            now,
            reason: row.reason.clone(),
            result,
        })
    }

    /// "Not my phone", or the person turned back at the browser. False when it was decided already.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn cancel(&self, action: &str, browser: &[u8; 32]) -> Result<bool, Error> {
        let Some((row, _)) = self.started_by(action, browser).await? else {
            return Ok(false);
        };
        Ok(self
            .store
            .write(move |tx| {
                let now = tx.now()?;
                let cancelled = Decision {
                    status: "cancelled",
                    reason: Some("browser"),
                    ..Decision::default()
                };
                for from in ["created", "linked"] {
                    if action::decide(tx, &row.id, from, &cancelled, now)? {
                        // A phone may have claimed it since it was read.
                        let whose = action::by_id(tx, &row.id)?.and_then(|a| a.identity);
                        if let Some(who) = &whose {
                            block::undecided(tx, &row.id, who, "browser")?;
                        }
                        block::action_changed(tx, &row.id, whose.as_deref());
                        return Ok(true);
                    }
                }
                Ok(false)
            })
            .await?)
    }
}

/// Whether this browser began the login.
pub(super) fn started_in(row: &Action, browser: &[u8; 32]) -> bool {
    row.browser
        .as_deref()
        .is_some_and(|b| constant_time_eq(b, browser))
        || !enforced(Control::T18BrowserBinding)
}
