//! The person's own requests (docs/protocol.md §4).

use ipse_protocol::ids::{ActionId, PartnerId, ReceiptId};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::wire::{
    ActionsResponse, BlockResponse, DeviceSummary, DevicesResponse, HistoryEntry, HistoryResponse,
    MeResponse, OwnActionResponse, PartnerSummary, PartnersResponse, Withdrawn,
};

use crate::{Error, Message, Phone, Result, Storage, Transport, requests};

impl<T: Transport, S: Storage> Phone<T, S> {
    /// The person's data and status.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn me(&mut self) -> Result<MeResponse> {
        self.enrolled()?;
        self.call(Message::get("/phone/v1/me")).await
    }

    /// The person's devices.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn devices(&mut self) -> Result<Vec<DeviceSummary>> {
        self.enrolled()?;
        let answer: DevicesResponse = self.call(Message::get("/phone/v1/devices")).await?;
        Ok(answer.devices)
    }

    /// The latest actions, open and past, newest first.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn actions(&mut self) -> Result<ActionsResponse> {
        self.enrolled()?;
        self.call(Message::get("/phone/v1/actions")).await
    }

    /// All actions, open and past, newest first.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn all_actions(&mut self) -> Result<ActionsResponse> {
        let mut all = self.actions().await?;
        while all.more {
            let last = [all.open.last(), all.past.last()];
            let last = last
                .into_iter()
                .flatten()
                .min_by_key(|a| (a.created, &a.id));
            let Some(last) = last else { break };
            let path = format!("/phone/v1/actions?before={}", last.id);
            let earlier: ActionsResponse = self.call(Message::get(path)).await?;
            all.open.extend(earlier.open);
            all.past.extend(earlier.past);
            all.more = earlier.more;
        }
        Ok(all)
    }

    /// Everything that happened, newest first: the latest entries, so many if there is a limit.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn history(&mut self, limit: Option<usize>) -> Result<Vec<HistoryEntry>> {
        self.enrolled()?;
        let limit = limit.unwrap_or(usize::MAX);
        let mut path = "/phone/v1/history".to_owned();
        let mut entries = Vec::new();
        loop {
            let page: HistoryResponse = self.call(Message::get(path)).await?;
            entries.extend(page.entries);
            match page.next {
                // It is an id, and goes into a path.
                Some(next) if entries.len() < limit && is_entry(&next) => {
                    path = format!("/phone/v1/history?before={next}");
                }
                Some(_) | None => break,
            }
        }
        entries.truncate(limit);
        Ok(entries)
    }

    /// The partners that the person gave something, the latest first.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn partners(&mut self) -> Result<Vec<PartnerSummary>> {
        self.enrolled()?;
        let answer: PartnersResponse = self.call(Message::get("/phone/v1/partners")).await?;
        Ok(answer.partners)
    }

    /// Takes back what the person consented to towards a partner.
    ///
    /// # Errors
    /// `not_found` for a partner that got nothing.
    pub async fn withdraw(&mut self, partner: &str) -> Result<Withdrawn> {
        self.enrolled()?;
        // It goes into a path.
        PartnerId::parse(partner).ok_or_else(|| Error::problem(ProblemCode::NotFound))?;
        self.call(requests::withdraw(partner)?).await
    }

    /// Blocks the identity, at once.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn block(&mut self) -> Result<BlockResponse> {
        self.enrolled()?;
        self.call(requests::block()?).await
    }

    /// "This was not me", after another phone replaced this one: blocks the identity until a new proofing.
    ///
    /// # Errors
    /// `not_found` while this phone is in use, `device_replaced` when it is too late.
    pub async fn not_me(&mut self) -> Result<BlockResponse> {
        self.enrolled()?;
        self.call(requests::not_me()?).await
    }

    /// Asks for an action that lifts the person's own block when it is approved with the code. The result is its id.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn unblock(&mut self) -> Result<String> {
        self.enrolled()?;
        let answer: OwnActionResponse = self.call(requests::unblock()?).await?;
        Ok(answer.action)
    }

    /// Asks for an action that opens what the scheme holds on the person, when it is approved with the code and the SIM. The
    /// result is its id.
    ///
    /// # Errors
    /// `sim_not_ready`, `level_not_allowed` and the other refusals of the protocol.
    pub async fn begin_export(&mut self) -> Result<String> {
        self.enrolled()?;
        let answer: OwnActionResponse = self.call(requests::export()?).await?;
        Ok(answer.action)
    }

    /// What the scheme holds on the person, as JSON, by the approval of such an action.
    ///
    /// # Errors
    /// `action_closed` before it is approved, `action_expired` ten minutes after, `not_found`.
    pub async fn export(&mut self, action: &str) -> Result<Vec<u8>> {
        self.enrolled()?;
        // It goes into a query.
        ActionId::parse(action).ok_or_else(|| Error::problem(ProblemCode::NotFound))?;
        let message = Message::get(format!("/phone/v1/export?action={action}"));
        let answer = self.exchange(message).await?;
        // An error is no export, and neither is what is not JSON.
        let _: serde_json::Value = answer.read()?;
        Ok(answer.body)
    }
}

fn is_entry(id: &str) -> bool {
    ActionId::parse(id).is_some() || ReceiptId::parse(id).is_some()
}
