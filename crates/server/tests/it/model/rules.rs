//! The rules of design §5 and §6, and no more: no clock, no database, no bytes. What a step is answered, and what holds
//! after it.

use std::collections::BTreeSet;

/// Something that somebody does. `back` counts from the newest: 0 is the last one that there was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The person opens a link of one of two partners.
    Claim {
        partner: usize,
        advanced: bool,
    },
    /// Types a code for a request that the phone knows.
    Type {
        back: usize,
        right: bool,
    },
    /// The phone sends a first message once more: the answer got lost.
    Again {
        back: usize,
    },
    /// The phone sends what came of an attempt: an approval, or that the code was wrong.
    Finish {
        back: usize,
    },
    /// The phone sends its last approval once more.
    Resend,
    /// The phone forgets its state between two messages.
    Forget,
    /// The node dies, and another takes its place on the same database.
    Restart,
    Refuse {
        back: usize,
    },
    /// Everything that is open runs out of time.
    Expire,
    /// The number gets a new SIM.
    Swap,
    /// The operator bars the line.
    Lose,
    /// The operator opens the line again.
    Restore,
    /// The holder of the SIM types what it was sent: a request to bind it.
    Connect,
    Block,
    /// A request of the person's own to be let in again.
    Unblock,
    /// To the bank, for a new code.
    Recover,
    /// The browser comes back and its partner redeems the code.
    Redeem {
        back: usize,
    },
    /// The partner calls userinfo.
    UserInfo {
        back: usize,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Login {
        partner: usize,
    },
    Unblock,
    /// Of the number's SIM at that time. Whatever happens to that SIM breaks it.
    Sim {
        card: usize,
        broken: bool,
    },
}

/// A request that the phone holds.
#[derive(Clone, Debug)]
pub struct Request {
    pub kind: Kind,
    /// As in the database.
    pub status: &'static str,
    epoch: u64,
}

/// What the phone holds between its two messages about an attempt.
#[derive(Clone, Copy, Debug)]
struct Pending {
    request: usize,
    attempt: usize,
    right: bool,
}

/// What an approved login gave.
#[derive(Clone, Debug)]
pub struct Grant {
    /// As in the database.
    pub status: &'static str,
    pub request: usize,
    epoch: u64,
}

/// One person, as the scheme must know them.
#[derive(Clone, Debug)]
pub struct Model {
    pub reasons: BTreeSet<&'static str>,
    pub wrong: i64,
    /// Wrong codes within 30 days.
    recent: i64,
    /// Number of the attempt that is spent and not judged, and its request.
    pub open: Option<(usize, usize)>,
    attempts: usize,
    pub requests: Vec<Request>,
    pub grants: Vec<Grant>,
    pending: Vec<Pending>,
    pub epoch: u64,
    pub code_version: i64,
    pub approvals: usize,
    approved_before: bool,
    /// The number's SIM, counted from 0, and whether its line is barred.
    card: usize,
    barred: bool,
    /// The SIM that is bound.
    bound: usize,
    /// Text messages: the operator sends ten in ten minutes.
    texts: usize,
    /// Visits to the bank for a new code.
    recoveries: usize,
    /// Whether the node for which it is later has blocked the identity: for all others no visit begins after that.
    blocked_later: bool,
}

/// How many of them there may be in half an hour.
const VISITS: usize = 10;
/// What there is nothing for.
pub const NOTHING: &str = "nothing";
const TEXTS: usize = 8;

impl Model {
    /// Just enrolled, with a SIM.
    pub fn new() -> Self {
        Self {
            reasons: BTreeSet::new(),
            wrong: 0,
            recent: 0,
            open: None,
            attempts: 0,
            requests: Vec::new(),
            grants: Vec::new(),
            pending: Vec::new(),
            epoch: 1,
            code_version: 1,
            approvals: 0,
            approved_before: false,
            card: 0,
            barred: false,
            bound: 0,
            texts: 0,
            recoveries: 0,
            blocked_later: false,
        }
    }

    /// What the step is answered. Afterwards this is what holds.
    pub fn take(&mut self, step: Step) -> &'static str {
        match step {
            Step::Claim { partner, .. } => self.claim(partner),
            Step::Type { back, right } => self.attempt(back, right),
            Step::Again { back } => self.again(back),
            Step::Finish { back } => self.finish(back),
            Step::Resend if self.approved_before => "approved",
            Step::Resend => NOTHING,
            Step::Forget => {
                self.pending.clear();
                NOTHING
            }
            Step::Restart => NOTHING,
            Step::Refuse { back } => self.refuse(back),
            Step::Expire => self.expire(),
            Step::Swap => self.swap(),
            Step::Lose => self.lose(),
            Step::Restore => {
                self.barred = false;
                NOTHING
            }
            Step::Connect => self.connect(),
            Step::Block => {
                self.suspend("person");
                "suspended"
            }
            Step::Unblock if self.reasons.contains("person") => self.begin(Kind::Unblock),
            Step::Unblock => "not_found",
            Step::Recover => self.recover(),
            Step::Redeem { back } => self.redeem(back),
            Step::UserInfo { back } => self.user_info(back),
        }
    }

    pub fn active(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Whether the bound SIM may speak for the person.
    pub fn bound(&self) -> bool {
        !self.reasons.contains("sim_changed") && !self.reasons.contains("sim_lost")
    }

    /// Whether the line is barred, which the operator says once.
    pub fn barred(&self) -> bool {
        self.barred
    }

    /// Whether the operator sends no further text messages.
    pub fn texted_enough(&self) -> bool {
        self.texts >= TEXTS
    }

    /// The request that is meant.
    pub fn request(&self, back: usize) -> Option<usize> {
        self.requests.len().checked_sub(1 + back)
    }

    /// The attempt that is meant, among those of which the phone has not said what came.
    pub fn attempted(&self, back: usize) -> Option<usize> {
        self.pending.len().checked_sub(1 + back)
    }

    /// The grant that is meant.
    pub fn grant(&self, back: usize) -> Option<usize> {
        self.grants.len().checked_sub(1 + back)
    }

    // --- Blocks ---

    /// A reason more: the epoch rises, and what runs at partners ends.
    fn suspend(&mut self, reason: &'static str) {
        if self.reasons.insert(reason) {
            self.epoch += 1;
            for request in &mut self.requests {
                if matches!(request.kind, Kind::Login { .. }) && request.status == "linked" {
                    request.status = "cancelled";
                }
            }
        }
    }

    /// A reason less, by the proof that it demands.
    fn lift(&mut self, reason: &'static str) -> bool {
        let lifted = self.reasons.remove(reason);
        self.epoch += u64::from(lifted);
        lifted
    }

    /// Closes the open attempt as wrong; says whether that blocked.
    fn judge_wrong(&mut self) -> bool {
        self.open = None;
        self.wrong += 1;
        self.recent += 1;
        let exhausted = self.wrong >= 3 || self.recent >= 10;
        if exhausted {
            self.suspend("code_exhausted");
        }
        exhausted
    }

    /// What the phone is told of a request at which there is nothing to do any more.
    fn closed(&self, request: usize) -> Option<&'static str> {
        let request = &self.requests[request];
        match request.status {
            "linked" if !self.active() && matches!(request.kind, Kind::Login { .. }) => {
                Some("identity_blocked")
            }
            "linked" if request.epoch != self.epoch => Some("epoch_changed"),
            "linked" => None,
            "expired" => Some("action_expired"),
            _ => Some("action_closed"),
        }
    }

    /// What an attempt is told. The person's own requests work while they are blocked, but not past a used up code.
    fn unanswered(&self, request: usize) -> Option<&'static str> {
        let exhausted = self.reasons.contains("code_exhausted");
        self.closed(request)
            .or(exhausted.then_some("identity_blocked"))
    }

    // --- Requests ---

    fn begin(&mut self, kind: Kind) -> &'static str {
        self.requests.push(Request {
            kind,
            status: "linked",
            epoch: self.epoch,
        });
        "linked"
    }

    fn claim(&mut self, partner: usize) -> &'static str {
        if !self.active() {
            return "identity_blocked";
        }
        for older in &mut self.requests {
            if older.kind == (Kind::Login { partner }) && older.status == "linked" {
                older.status = "cancelled";
            }
        }
        self.begin(Kind::Login { partner })
    }

    fn attempt(&mut self, back: usize, right: bool) -> &'static str {
        let Some(request) = self.request(back) else {
            return NOTHING;
        };
        if let Some(refusal) = self.unanswered(request) {
            return refusal;
        }
        if self.open.is_some() && self.judge_wrong() {
            return "identity_blocked";
        }
        let attempt = self.attempts;
        self.attempts += 1;
        self.open = Some((attempt, request));
        self.pending.push(Pending {
            request,
            attempt,
            right,
        });
        "attempt"
    }

    fn again(&self, back: usize) -> &'static str {
        let Some(pending) = self.attempted(back).map(|at| self.pending[at]) else {
            return NOTHING;
        };
        match self.unanswered(pending.request) {
            Some(refusal) => refusal,
            None if self.is_open(pending.attempt) => "attempt",
            None => "attempt_unknown",
        }
    }

    fn is_open(&self, attempt: usize) -> bool {
        self.open.is_some_and(|(open, _)| open == attempt)
    }

    fn finish(&mut self, back: usize) -> &'static str {
        let Some(pending) = self.attempted(back).map(|at| self.pending.remove(at)) else {
            return NOTHING;
        };
        let current = self.is_open(pending.attempt);
        if !pending.right {
            if current {
                self.judge_wrong();
            }
            return "code_wrong";
        }
        let kind = self.requests[pending.request].kind;
        let refusal = self
            .closed(pending.request)
            .or((!current).then_some("attempt_unknown"))
            .or(matches!(kind, Kind::Sim { broken: true, .. }).then_some("sim_mismatch"));
        if current {
            // Right is right, whatever becomes of the request.
            self.open = None;
            self.wrong = 0;
        }
        if let Some(refusal) = refusal {
            return refusal;
        }
        self.requests[pending.request].status = "approved";
        self.approvals += 1;
        self.approved_before = true;
        match kind {
            Kind::Login { .. } => self.grants.push(Grant {
                status: "issued",
                request: pending.request,
                epoch: self.epoch,
            }),
            Kind::Unblock => drop(self.lift("person")),
            Kind::Sim { card, .. } => {
                self.bound = card;
                let lifted = [self.lift("sim_changed"), self.lift("sim_lost")];
                // Another SIM is a change even where there was nothing to lift.
                self.epoch += u64::from(lifted == [false; 2]);
            }
        }
        "approved"
    }

    fn refuse(&mut self, back: usize) -> &'static str {
        let Some(request) = self.request(back) else {
            return NOTHING;
        };
        match self.requests[request].status {
            "linked" => {
                self.requests[request].status = "refused";
                if self.open.is_some_and(|(_, of)| of == request) {
                    self.judge_wrong();
                }
                "refused"
            }
            "refused" => "refused",
            "expired" => "action_expired",
            _ => "action_closed",
        }
    }

    fn expire(&mut self) -> &'static str {
        let mut ran_out = false;
        for (at, request) in self.requests.iter_mut().enumerate() {
            if request.status == "linked" {
                request.status = "expired";
                ran_out |= self.open.is_some_and(|(_, of)| of == at);
            }
        }
        if ran_out {
            self.blocked_later = self.judge_wrong();
        }
        NOTHING
    }

    // --- SIM and bank ---

    /// Something happens to the number's SIM: what was about to bind it is over.
    fn struck(&mut self) {
        let now = self.card;
        for request in &mut self.requests {
            if let Kind::Sim { card, broken } = &mut request.kind {
                *broken |= *card == now;
            }
        }
    }

    fn swap(&mut self) -> &'static str {
        self.struck();
        if self.bound == self.card {
            self.suspend("sim_changed");
        }
        self.card += 1;
        self.barred = false;
        NOTHING
    }

    fn lose(&mut self) -> &'static str {
        if !self.barred {
            self.barred = true;
            self.struck();
            if self.bound == self.card {
                self.suspend("sim_lost");
            }
        }
        NOTHING
    }

    fn connect(&mut self) -> &'static str {
        if self.texted_enough() {
            return NOTHING;
        }
        if self.barred {
            return "sim_not_ready";
        }
        self.texts += 1;
        self.begin(Kind::Sim {
            card: self.card,
            broken: false,
        })
    }

    fn recover(&mut self) -> &'static str {
        if self.recoveries >= VISITS {
            return "too_many_requests";
        }
        self.recoveries += 1;
        if self.blocked_later {
            return "proofing_stale";
        }
        self.code_version += 1;
        (self.wrong, self.recent, self.open) = (0, 0, None);
        // One for the new code, one for each lifted reason: in between nothing can run.
        self.epoch += 1;
        self.lift("code_exhausted");
        self.lift("person");
        "recovered"
    }

    // --- Partner ---

    fn is_current(&self, grant: &Grant) -> bool {
        self.active() && grant.epoch == self.epoch
    }

    fn redeem(&mut self, back: usize) -> &'static str {
        let Some(at) = self.grant(back) else {
            return NOTHING;
        };
        let is_current = self.is_current(&self.grants[at]);
        let grant = &mut self.grants[at];
        match grant.status {
            "issued" if is_current => {
                grant.status = "redeemed";
                self.requests[grant.request].status = "delivered";
                "tokens"
            }
            // Nothing opened, nothing spent.
            "issued" => "invalid_grant",
            // Somebody has a copy: nobody keeps what it gave.
            _ => {
                grant.status = "revoked";
                "invalid_grant"
            }
        }
    }

    fn user_info(&self, back: usize) -> &'static str {
        let Some(at) = self.grant(back) else {
            return NOTHING;
        };
        let grant = &self.grants[at];
        match grant.status {
            "issued" => NOTHING,
            "redeemed" if self.is_current(grant) => "info",
            _ => "invalid_token",
        }
    }
}
