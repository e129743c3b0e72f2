//! An offer with its view, after checking that both are about the same action.

use ipse_protocol::sim_statement;
use ipse_protocol::terms::{Decision, Factor, Kind, SimMethod, SimNeed};
use ipse_protocol::transcript::Transcript;
use ipse_protocol::view::{Chosen, View};
use ipse_protocol::wire::{Offer, OfferError};

use crate::Result;
use crate::error::{Error, local};

/// How old a statement may be by the scheme's clock, in seconds.
const STATEMENT_AGE: i64 = 300;
/// How far a statement's time may lie ahead, in seconds.
const STATEMENT_SKEW: i64 = 60;

/// An offer and its view, which are about the same action.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The offer.
    pub offer: Offer,
    /// What is shown.
    pub view: View,
    /// What the person chooses, of what the view offers.
    pub chosen: Vec<Chosen>,
}

impl Opened {
    /// Reads the offer's view.
    ///
    /// # Errors
    /// `view_unreadable`; `app_outdated` for a view that a newer phone may be able to show.
    pub fn new(offer: Offer) -> Result<Self> {
        match offer.open() {
            Ok(view) => Ok(Opened {
                chosen: view.defaults(),
                offer,
                view,
            }),
            Err(OfferError::View(error)) if error.is_newer() => {
                Err(Error::of(local::OUTDATED).with("reason", error.to_string()))
            }
            Err(error) => Err(Error::of(local::VIEW).with("reason", error.to_string())),
        }
    }

    /// What a proof covers.
    #[must_use]
    pub fn transcript(
        &self,
        issuer: &str,
        device: &str,
        sequence: u64,
        statement: Option<&str>,
        factor: Factor,
        decision: Decision,
    ) -> Transcript {
        // A refusal chooses nothing.
        let chosen: &[Chosen] = match decision {
            Decision::Approve => &self.chosen,
            Decision::Refuse => &[],
        };
        self.offer.transcript(
            &self.view, issuer, device, sequence, statement, factor, decision, chosen,
        )
    }

    /// Checks that a SIM statement is about this action, this nonce and this view. Its signature is checked by the
    /// scheme: the phone holds no operator key.
    ///
    /// # Errors
    /// `sim_statement_invalid`.
    pub fn check_statement(&self, issuer: &str, statement: Option<&str>) -> Result<()> {
        let wrong = |reason: &str| Err(Error::of(local::SIM_STATEMENT).with("reason", reason));
        let needed = match (self.offer.sim, statement) {
            (_, Some(statement)) => statement,
            (SimNeed::None, None) => return Ok(()),
            // The scheme may accept an earlier statement for a login.
            (SimNeed::Silent, None) if self.view.kind == Kind::Login.as_str() => return Ok(()),
            _ => return wrong("missing"),
        };
        let Some(claims) = sim_statement::read(needed) else {
            return wrong("not a SIM statement");
        };
        let nonce_hash = sim_statement::nonce_hash(
            &self.offer.action,
            &self.offer.nonce.0,
            &self.offer.view_hash(),
        );
        let now = i64::try_from(self.offer.server_time / 1000).unwrap_or(0);
        if claims.aud != issuer {
            return wrong("for another scheme");
        }
        if claims.nonce_hash.0 != nonce_hash {
            return wrong("about another action");
        }
        if self.offer.sim == SimNeed::Holder && claims.method != SimMethod::Holder {
            return wrong("not of the holder");
        }
        if !(0..=60).contains(&claims.exp.saturating_sub(claims.iat)) {
            return wrong("lifetime");
        }
        // The person reads before approving: the statement may be younger than the offer, until the action expires.
        let until = i64::try_from(self.offer.expires / 1000).unwrap_or(i64::MAX);
        if claims.iat < now - STATEMENT_AGE || claims.iat > until.max(now) + STATEMENT_SKEW {
            return wrong("not of this time");
        }
        Ok(())
    }
}
