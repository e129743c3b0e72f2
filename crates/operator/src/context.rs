//! What rules need besides the open transaction.

use std::sync::Arc;

use ipse_protocol::Random;

use crate::config::Config;
use crate::keys::OperatorKeys;

/// Keys, randomness, and the scheme for which this operator's cards answer. Clones are cheap, so that each transaction
/// can have one.
#[derive(Clone)]
pub struct Context {
    /// The operator's keys.
    pub keys: Arc<OperatorKeys>,
    /// The source of ids and of simulated cards.
    pub random: Random,
    /// The scheme's issuer: handles are pairwise.
    pub scheme: Arc<str>,
    /// The scheme's name on the cards.
    pub scheme_id: [u8; 16],
}

impl Context {
    /// The context of the operator with this configuration.
    #[must_use]
    pub fn new(config: &Config, keys: Arc<OperatorKeys>, random: Random) -> Self {
        Self {
            keys,
            random,
            scheme: config.scheme.issuer.as_str().into(),
            scheme_id: config.scheme_id(),
        }
    }
}
